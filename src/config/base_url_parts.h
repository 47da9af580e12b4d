// Splits a URL of the configuration into its parts: base URLs, token endpoints, proxies and
// controls. The adapter to libcurl's URL parser; it refuses text that the parser would guess at,
// repair or decode. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace reinfer::config {

// The rules for URLs of one purpose.
struct UrlForm {
  std::vector<std::string_view> schemes;
  std::string allowed_schemes;  // for messages: "https"
  std::string example;          // of a whole URL
  std::string no_userinfo;      // why user name and password are refused
};

struct UrlParts {
  std::string scheme;    // lower case
  std::string host;      // lower case; an IPv6 address in brackets
  std::string port;      // as it is written; empty: not written
  std::string path;      // as it is written
  std::string query;     // with its question mark; empty: none
  std::string fragment;  // with its #; empty: none

  // "host" or "host:8443", without the default port of the scheme.
  std::string authority() const;
};

// The error names the problem and what is allowed.
tl::expected<UrlParts, std::string> parse_url_parts(std::string_view text, const UrlForm& form);

// Whether the host is this machine: nobody can read traffic to it.
bool is_loopback(const std::string& host);

}  // namespace reinfer::config
