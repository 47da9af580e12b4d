// The pieces of a URL that stands in a configuration, whatever it is for: base URLs, token
// endpoints, proxies and controls begin here. The adapter to libcurl's URL parser, with what that
// parser would guess, repair or decode refused before. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace reinfer::config {

// What a URL may be, for one purpose.
struct UrlForm {
  std::vector<std::string_view> schemes;
  std::string allowed_schemes;  // for messages: "https"
  std::string example;          // of a whole URL
  std::string no_userinfo;      // why it holds no user name and password
};

struct UrlParts {
  std::string scheme;    // lower case
  std::string host;      // lower case; an IPv6 address in brackets
  std::string port;      // as it is written; empty: not written
  std::string path;      // as it is written
  std::string query;     // with its question mark; empty: none
  std::string fragment;  // with its #; empty: none

  // "host" or "host:8443": without the port that is the scheme's own.
  std::string authority() const;
};

// The error says what is wrong and what is allowed.
tl::expected<UrlParts, std::string> parse_url_parts(std::string_view text, const UrlForm& form);

// Whether a URL's host is this machine: what goes there is not read on the way.
bool is_loopback(const std::string& host);

}  // namespace reinfer::config
