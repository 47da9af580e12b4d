#include "simulator/place.h"

#include "base/text.h"

namespace reinfer::simulator {
namespace {

constexpr std::string_view kFaultsOrganisation = "faults";
constexpr std::string_view kIdentity = "identity_";

using Segments = std::vector<std::string>;

Segments from(const Segments& segments, std::size_t first) {
  return {segments.begin() + static_cast<std::ptrdiff_t>(first), segments.end()};
}

}  // namespace

Place find_place(std::string_view path) {
  Segments segments;
  for (const std::string_view piece : base::split(path.substr(path.starts_with('/') ? 1 : 0), '/'))
    segments.emplace_back(piece);
  const auto is = [&](std::size_t i, std::string_view text) {
    return i < segments.size() && segments[i] == text;
  };
  if (is(0, "_simulator")) return {Area::control, "", "", from(segments, 1)};
  if (is(0, "api") || is(0, "auth")) return {Area::api, "bare", "", segments};
  if (is(0, kIdentity))
    return {Area::token_endpoint, std::string(kIdentity), "", from(segments, 1)};
  const std::string fault =
      is(0, kFaultsOrganisation) && segments.size() > 1 ? segments[1] : std::string();
  if (is(1, kIdentity))
    return {Area::token_endpoint, segments[0] + "/identity_", "", from(segments, 2)};
  if (is(1, "portal_")) return {Area::portal, segments[0] + "/portal_", "", from(segments, 2)};
  if (is(2, kIdentity) && !fault.empty())
    return {Area::token_endpoint, segments[0] + "/identity_", fault, from(segments, 3)};
  if (is(2, "reinfer_"))
    return {Area::api, segments[0] + "/" + segments[1], fault, from(segments, 3)};
  return {Area::nowhere, "", "", segments};
}

bool covers(std::string_view pattern, const Place& place) {
  if (pattern == "*" || pattern == place.tenant) return true;
  if (place.area != Area::token_endpoint) return false;
  const auto organisation = pattern.substr(0, pattern.find('/'));
  return place.tenant == std::string(organisation) + "/identity_";
}

}  // namespace reinfer::simulator
