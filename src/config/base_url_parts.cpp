#include "config/base_url_parts.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "base/problem.h"
#include "base/text.h"

namespace reinfer::config {
namespace {

using Parsed = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;
using Fault = std::optional<std::string>;

std::string part(const Parsed& url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url.get(), which, &text, 0) != CURLUE_OK) return "";
  std::string result(text);
  curl_free(text);
  return result;
}

// Before libcurl reads it.
Fault text_fault(std::string_view text, const UrlForm& form) {
  if (text.empty()) return fmt::format("is empty, allowed: a URL such as {}", form.example);
  const bool blank = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f;
  });
  if (blank) return "contains a space or control character, allowed: the URL alone";
  const auto authority = text.find("://");
  if (authority == std::string_view::npos)
    return fmt::format("has no scheme, allowed: a URL such as {}", form.example);
  const std::string scheme = base::to_lower(text.substr(0, authority));
  std::string_view host = text.substr(authority + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  if (std::find(form.schemes.begin(), form.schemes.end(), scheme) == form.schemes.end())
    return fmt::format("has the scheme {}, allowed: {}", base::quote(scheme), form.allowed_schemes);
  if (host.find('@') != std::string_view::npos)
    return fmt::format("contains a user name or password, allowed: neither; {}", form.no_userinfo);
  if (host.empty()) return fmt::format("has no host, allowed: a URL such as {}", form.example);
  const bool ascii =
      std::all_of(host.begin(), host.end(), [](unsigned char c) { return c < 0x80; });
  if (!ascii)
    return "has a host name with characters outside ASCII, allowed: its punycode form (xn--...)";
  return std::nullopt;
}

Fault host_fault(const std::string& host) {
  const bool bracketed = host.starts_with('[');
  const std::string_view allowed = bracketed ? "[]0123456789abcdef:."
                                             : "-._0123456789"
                                               "abcdefghijklmnopqrstuvwxyz";
  if (host.find_first_not_of(allowed) != std::string::npos || host.starts_with('.') ||
      host.ends_with('.') || host.find("..") != std::string::npos)
    return fmt::format("has the host {}, allowed: a host name or address", base::quote(host));
  return std::nullopt;
}

std::string_view describe(CURLUcode code) {
  if (code == CURLUE_BAD_PORT_NUMBER) return "has a port that is not a number from 1 to 65535";
  if (code == CURLUE_NO_HOST) return "has no host";
  return "is not a URL";
}

}  // namespace

std::string UrlParts::authority() const {
  const bool is_usual =
      port.empty() || (scheme == "https" && port == "443") || (scheme == "http" && port == "80");
  return is_usual ? host : host + ":" + port;
}

bool is_loopback(const std::string& host) {
  in_addr address{};
  if (inet_pton(AF_INET, host.c_str(), &address) == 1) return ntohl(address.s_addr) >> 24 == 127;
  return host == "localhost" || host == "[::1]";
}

tl::expected<UrlParts, std::string> parse_url_parts(std::string_view text, const UrlForm& form) {
  if (const Fault fault = text_fault(text, form)) return tl::unexpected(*fault);
  const auto fragment = std::min(text.find('#'), text.size());
  const auto query = std::min(text.find('?'), fragment);
  const std::string located(text.substr(0, query));

  const Parsed url(curl_url(), &curl_url_cleanup);
  constexpr unsigned kFlags = CURLU_PATH_AS_IS | CURLU_NON_SUPPORT_SCHEME;
  const CURLUcode code = curl_url_set(url.get(), CURLUPART_URL, located.c_str(), kFlags);
  if (code != CURLUE_OK)
    return tl::unexpected(
        fmt::format("{}, allowed: a URL such as {}", describe(code), form.example));

  UrlParts parts;
  parts.scheme = base::to_lower(part(url, CURLUPART_SCHEME));
  parts.host = base::to_lower(part(url, CURLUPART_HOST));
  parts.port = part(url, CURLUPART_PORT);
  parts.path = part(url, CURLUPART_PATH);
  parts.query = text.substr(query, fragment - query);
  parts.fragment = text.substr(fragment);
  if (const Fault fault = host_fault(parts.host)) return tl::unexpected(*fault);
  if (parts.port == "0")
    return tl::unexpected(fmt::format("{}, allowed: a URL such as {}",
                                      describe(CURLUE_BAD_PORT_NUMBER), form.example));
  return parts;
}

}  // namespace reinfer::config
