// Reads the modules of a blackbox_exporter's configuration, as far as a tenant or a probe of ours
// has the same. Used by the import of such files. Pure functions, any thread. Secrets are not kept:
// only that there is one, and where.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/problem.h"
#include "migrate/note.h"

namespace reinfer::migrate {

// `key = value` of a [[tenant]] or a [[tenant.probe]], not proven yet.
struct KeyLine {
  std::string key;
  std::string value;  // as TOML writes it
  std::string place;
  std::string origin;  // dotted key there

  std::string text() const { return key + " = " + value; }
};

// Where a module has the token that it sends.
struct TokenHint {
  std::string file;    // its name; empty: it stood in the configuration itself
  std::string place;   // empty: the module sends no token
  std::string origin;  // dotted key there
};

struct OAuthHint {
  std::vector<KeyLine> lines;  // all but the secret
  std::string secret_file;     // empty: the secret stood in the configuration itself
  std::string place;
  std::string origin;
};

struct Module {
  std::string name;
  std::string place;
  std::string prober;
  std::optional<KeyLine> timeout;
  std::string method = "GET";
  std::string body;
  std::vector<int> statuses;  // that are valid; empty: any 2xx
  std::string statuses_place;
  TokenHint token;
  std::optional<OAuthHint> oauth;
  std::vector<KeyLine> tenant_lines;
  std::vector<KeyLine> headers;  // the key is the header's name
  Notes notes;
};
using Modules = std::map<std::string, Module, std::less<>>;

// `file` is for places. A problem means that it is not such a file at all.
tl::expected<Modules, base::Problem> read_modules(std::string_view yaml, const std::string& file);

}  // namespace reinfer::migrate
