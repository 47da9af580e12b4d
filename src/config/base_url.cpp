#include "config/base_url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "base/text.h"
#include "config/problem.h"
#include "config/url_path.h"

namespace reinfer {
namespace {

using Parsed = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;
using Fault = std::optional<std::string>;

constexpr std::string_view kService = "reinfer_";
constexpr std::string_view kForm = "https://cloud.uipath.com/ORGANISATION/TENANT/reinfer_";

std::optional<std::string> part(const Parsed& url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url.get(), which, &text, 0) != CURLUE_OK) return std::nullopt;
  std::string result(text);
  curl_free(text);
  return result;
}

bool is_within(std::string_view host, std::string_view domain) {
  return host == domain || (host.size() > domain.size() && host.ends_with(domain) &&
                            host[host.size() - domain.size() - 1] == '.');
}

bool is_uipath(std::string_view host) {
  return is_within(host, "uipath.com") || is_within(host, "uipath.us");
}

bool is_reinfer(std::string_view host) {
  return is_within(host, "reinfer.io") || host == "reinfer.dev";
}

bool is_loopback(const std::string& host) {
  in_addr address{};
  if (inet_pton(AF_INET, host.c_str(), &address) == 1) return ntohl(address.s_addr) >> 24 == 127;
  return host == "localhost" || host == "[::1]";
}

// Before libcurl reads it: libcurl would guess, repair or decode some of these.
Fault text_fault(std::string_view text) {
  if (text.empty()) return fmt::format("is empty, allowed: a URL such as {}", kForm);
  const bool blank = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f;
  });
  if (blank) return "contains a space or control character, allowed: the URL alone";
  const auto authority = text.find("://");
  if (authority == std::string_view::npos)
    return fmt::format("has no scheme, allowed: a URL such as {}", kForm);
  const std::string scheme = to_lower(text.substr(0, authority));
  if (scheme != "https" && scheme != "http")
    return fmt::format("has the scheme {}, allowed: https", quote(scheme));
  std::string_view host = text.substr(authority + 3);
  host = host.substr(0, host.find('/'));
  if (host.find('@') != std::string_view::npos)
    return "contains a user name or password, allowed: neither; the token is named by token_env "
           "or token_file";
  if (host.empty()) return fmt::format("has no host, allowed: a URL such as {}", kForm);
  const bool ascii = std::all_of(host.begin(), host.end(), [](char c) { return c >= 0; });
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
    return fmt::format("has the host {}, allowed: a host name or address", quote(host));
  return std::nullopt;
}

std::string_view describe(CURLUcode code) {
  if (code == CURLUE_BAD_PORT_NUMBER) return "has a port that is not a number from 1 to 65535";
  if (code == CURLUE_NO_HOST) return "has no host";
  return "is not a URL";
}

// The path that belongs to the base: "/ORGANISATION/TENANT/reinfer_" or nothing.
tl::expected<std::string, std::string> base_path(const std::string& origin, const std::string& host,
                                                 std::string_view path) {
  if (is_reinfer(host)) return "";
  const std::vector<std::string_view> segments = path_segments(path);
  if (segments.size() >= 3 && segments[2] == kService) {
    const std::string kept = fmt::format("/{}/{}/{}", segments[0], segments[1], kService);
    if (const Fault fault = path_fault(kept)) return tl::unexpected(*fault);
    return kept;
  }

  const bool has_tenant = segments.size() >= 2 && segments[0] != "api" && segments[0] != "auth";
  if (is_uipath(host) && has_tenant)
    return tl::unexpected(fmt::format("does not name the reinfer_ service, allowed: {}/{}/{}/{}",
                                      origin, segments[0], segments[1], kService));
  if (is_uipath(host) && !is_within(host, "dedicated.uipath.com"))
    return tl::unexpected(
        fmt::format("does not name organisation and tenant, allowed: {}/ORGANISATION/TENANT/{}",
                    origin, kService));
  if (segments.empty() || segments[0] == "api" || segments[0] == "auth") return "";
  return tl::unexpected(
      fmt::format("has the path {}, allowed: the bare {} or {}/ORGANISATION/TENANT/{}", quote(path),
                  origin, origin, kService));
}

Onboarding onboarding_of(std::string_view host, std::string_view path) {
  if (is_reinfer(host)) return Onboarding::reinfer;
  return is_uipath(host) || !path.empty() ? Onboarding::uipath : Onboarding::other;
}

}  // namespace

tl::expected<BaseUrl, std::string> parse_base_url(std::string_view pasted) {
  const std::string text(pasted.substr(0, pasted.find_first_of("?#")));
  if (const Fault fault = text_fault(text)) return tl::unexpected(*fault);

  const Parsed url(curl_url(), &curl_url_cleanup);
  const CURLUcode code = curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_PATH_AS_IS);
  if (code != CURLUE_OK)
    return tl::unexpected(fmt::format("{}, allowed: a URL such as {}", describe(code), kForm));

  const std::string scheme = part(url, CURLUPART_SCHEME).value_or("");
  const std::string host = to_lower(part(url, CURLUPART_HOST).value_or(""));
  const std::string port = part(url, CURLUPART_PORT).value_or("");
  if (const Fault fault = host_fault(host)) return tl::unexpected(*fault);
  if (port == "0")
    return tl::unexpected(
        fmt::format("{}, allowed: a URL such as {}", describe(CURLUE_BAD_PORT_NUMBER), kForm));
  const bool is_default_port = port.empty() || port == (scheme == "https" ? "443" : "80");
  const std::string authority = is_default_port ? host : host + ":" + port;
  const bool clear_text = scheme != "https" && !is_loopback(host);
  const std::string origin = (clear_text ? "https" : scheme) + "://" + authority;
  const auto path = base_path(origin, host, part(url, CURLUPART_PATH).value_or(""));
  if (!path) return tl::unexpected(path.error());
  if (clear_text)
    return tl::unexpected(fmt::format(
        "uses http, so the token would travel in clear text, allowed: {}{}", origin, *path));
  return BaseUrl{origin + *path, host, onboarding_of(host, *path)};
}

}  // namespace reinfer
