#include "migrate/target_url.h"

#include <algorithm>

#include "base/text.h"
#include "config/catalogue.h"

namespace reinfer::migrate {
namespace {

constexpr std::string_view kService = "/reinfer_";

bool is_good(std::string_view parameter, std::string_view value) {
  const auto rules = config::parameter_rules();
  const auto rule = std::find_if(rules.begin(), rules.end(), [&](const auto& candidate) {
    return candidate.name == parameter;
  });
  return rule != rules.end() && rule->accepts(value);
}

std::optional<KnownRequest> match(const config::CatalogueEntry& entry, std::string_view path) {
  const auto pieces = base::split(entry.path, '/');
  const auto segments = base::split(path, '/');
  if (pieces.size() != segments.size()) return std::nullopt;
  KnownRequest known{std::string(entry.id), {}, entry.needs_accept_cost};
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const bool is_parameter = pieces[i].starts_with('{') && pieces[i].ends_with('}');
    if (!is_parameter && pieces[i] != segments[i]) return std::nullopt;
    if (!is_parameter) continue;
    const std::string_view parameter = pieces[i].substr(1, pieces[i].size() - 2);
    if (!is_good(parameter, segments[i])) return std::nullopt;
    known.parameters.emplace_back(parameter, segments[i]);
  }
  return known;
}

}  // namespace

std::optional<TargetUrl> parse_target(std::string_view url) {
  const auto scheme = url.find("://");
  const std::string_view rest = scheme == std::string_view::npos ? url : url.substr(scheme + 3);
  TargetUrl target;
  auto base = config::parse_base_url(url);
  if (!base) {
    base = config::parse_base_url("https://" + std::string(rest));
    target.became_https = true;
  }
  if (!base || base->onboarding == model::Onboarding::other) return std::nullopt;
  target.base = *base;
  const auto slash = rest.find('/');
  std::string_view path = slash == std::string_view::npos ? "" : rest.substr(slash);
  path = path.substr(0, path.find('#'));
  const auto service = path.find(kService);
  if (base->url.ends_with(kService) && service != std::string_view::npos)
    path.remove_prefix(service + kService.size());
  target.path = path == "/" ? "" : std::string(path);
  return target;
}

std::optional<KnownRequest> find_known(std::string_view method, std::string_view path) {
  for (const config::CatalogueEntry& entry : config::catalogue())
    if (entry.method == method)
      if (auto known = match(entry, path)) return known;
  return std::nullopt;
}

}  // namespace reinfer::migrate
