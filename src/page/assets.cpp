#include "page/assets.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"

namespace reinfer::page {
namespace {

std::string file_of(const Asset& asset) {
  const auto dot = asset.name.rfind('.');
  return fmt::format("{}.{}{}", asset.name.substr(0, dot), asset.hash, asset.name.substr(dot));
}

}  // namespace

std::string asset_path(std::string_view name) {
  const auto found = std::find_if(assets().begin(), assets().end(),
                                  [&](const Asset& asset) { return asset.name == name; });
  base::check(found != assets().end(), "an asset is one of those embedded");
  return "assets/" + file_of(*found);
}

const Asset* find_asset(std::string_view file) {
  for (const Asset& asset : assets())
    if (file_of(asset) == file) return &asset;
  return nullptr;
}

}  // namespace reinfer::page
