// The token of RFC 9110, section 5.6.2: the alphabet of methods, header names and parameter names.
// Used by everything that reads or checks HTTP. Pure functions, any thread. It reads no quoted
// strings and no bearer tokens (RFC 6750), whose alphabet is another one.
#pragma once

#include <algorithm>
#include <string_view>

namespace reinfer::base {

// One character of a token (tchar); independent of the locale.
constexpr bool is_http_token_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// One such character or more, and nothing else.
constexpr bool is_http_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_http_token_character);
}

}  // namespace reinfer::base
