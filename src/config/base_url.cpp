#include "config/base_url.h"

#include <fmt/format.h>

#include <optional>
#include <vector>

#include "base/problem.h"
#include "base/text.h"
#include "config/base_url_parts.h"
#include "config/url_path.h"

namespace reinfer::config {
namespace {

constexpr std::string_view kService = "reinfer_";
constexpr std::string_view kForm = "https://cloud.uipath.com/ORGANISATION/TENANT/reinfer_";

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

// The path that belongs to the base: "/ORGANISATION/TENANT/reinfer_" or nothing.
tl::expected<std::string, std::string> base_path(const std::string& origin, const std::string& host,
                                                 std::string_view path) {
  if (is_reinfer(host)) return "";
  const std::vector<std::string_view> segments = path_segments(path);
  if (segments.size() >= 3 && segments[2] == kService) {
    const std::string kept = fmt::format("/{}/{}/{}", segments[0], segments[1], kService);
    if (const auto fault = path_fault(kept)) return tl::unexpected(*fault);
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
      fmt::format("has the path {}, allowed: the bare {} or {}/ORGANISATION/TENANT/{}",
                  base::quote(path), origin, origin, kService));
}

model::Onboarding onboarding_of(std::string_view host, std::string_view path) {
  if (is_reinfer(host)) return model::Onboarding::reinfer;
  return is_uipath(host) || !path.empty() ? model::Onboarding::uipath : model::Onboarding::other;
}

}  // namespace

tl::expected<BaseUrl, std::string> parse_base_url(std::string_view pasted) {
  static const UrlForm url_form = {{"https", "http"},
                                   "https",
                                   std::string(kForm),
                                   "the token is named by token_env or another key of its tenant"};
  const auto url = parse_url_parts(pasted.substr(0, pasted.find_first_of("?#")), url_form);
  if (!url) return tl::unexpected(url.error());

  const bool clear_text = url->scheme != "https" && !is_loopback(url->host);
  const std::string origin = (clear_text ? "https" : url->scheme) + "://" + url->authority();
  const auto path = base_path(origin, url->host, url->path);
  if (!path) return tl::unexpected(path.error());
  if (clear_text)
    return tl::unexpected(fmt::format(
        "uses http, so the token would travel in clear text, allowed: {}{}", origin, *path));
  return BaseUrl{origin + *path, url->host, onboarding_of(url->host, *path)};
}

std::string tenant_name_of(std::string_view base_url) {
  constexpr std::size_t kNameBytesMax = 64;
  const auto scheme = base_url.find("://");
  const std::string_view rest =
      scheme == std::string_view::npos ? base_url : base_url.substr(scheme + 3);
  const auto parts = base::split(rest, '/');
  std::string name = parts.size() >= 3 ? fmt::format("{}-{}", parts[1], parts[2])
                                       : std::string(parts[0].substr(0, parts[0].find('.')));
  for (char& c : name) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '_' || c == '-';
    if (!fits) c = '-';
  }
  return name.substr(0, kNameBytesMax);
}

}  // namespace reinfer::config
