// The web configuration, in the format of Prometheus' exporter-toolkit (docs/web-configuration.md
// there): TLS, headers, users, rate. A plain value and the function that reads it; an existing file
// works, and `promtool check web-config` accepts what this accepts. Where the toolkit would ignore
// something in silence, this says so. Read by http/web_files.cpp, at the start and when it
// changes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/clock.h"
#include "base/problem.h"
#include "base/secret.h"
#include "model/network.h"

namespace reinfer::http {

// PEM from a file or as written between the lines of the configuration; neither: not given.
struct PemSource {
  std::string file;
  base::Secret text;
  base::Place place;  // where it is configured
  std::string key;    // "tls_server_config.cert_file"
  bool given() const { return !file.empty() || !text.empty(); }
};

// The policy for client certificates, in Go's terms (crypto/tls, ClientAuthType).
enum class ClientAuth : std::uint8_t {
  none,
  request,             // asked for, may be anything
  require_any,         // must be there, may be anything
  verify_if_given,     // need not be there, but must be good
  require_and_verify,  // must be there and good: the only one that keeps anybody out
};

struct TlsSettings {
  PemSource certificate;  // the chain, the server's own first
  PemSource key;
  PemSource client_ca;  // not given: the system's authorities
  ClientAuth client_auth = ClientAuth::none;
  // Names, addresses or URIs, one of which a client's certificate must be for; empty: any.
  std::vector<std::string> client_allowed_sans;
  int version_min = 0x0303;  // of TLS, as on the wire: 1.2
  int version_max = 0x0304;
  std::vector<std::string> ciphers;  // OpenSSL's names, for TLS 1.2; empty: OpenSSL's choice
  std::vector<std::string> curves;   // OpenSSL's names; empty: OpenSSL's choice
  bool prefer_server_ciphers = true;
};

struct RequestRate {
  base::Nanoseconds interval{};  // one request each
  int burst = 0;
};

struct WebConfig {
  std::optional<TlsSettings> tls;
  std::vector<model::Header> headers;        // on every reply that does not set them itself
  std::map<std::string, std::string> users;  // bcrypt hashes
  std::optional<RequestRate> rate_limit;
  base::Problems warnings;  // of what is allowed and unwise
  bool empty = false;       // the file says nothing at all: white space and comments
};

// `file`: the name for messages; relative paths in the text start from its folder.
tl::expected<WebConfig, base::Problems> parse_web_config(std::string_view yaml,
                                                         const std::string& file);

}  // namespace reinfer::http
