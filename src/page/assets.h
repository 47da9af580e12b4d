// The files that the status page needs besides its HTML, compiled in: style sheet, script, icons.
// They are written by hand in page/assets/ and turned into a source file by page/embed.cmake.
// Constant; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace reinfer::page {

struct Asset {
  std::string_view name;  // "page.css"
  std::string_view hash;  // of its content
  std::string_view type;  // Content-Type
  std::string_view content;
};

const std::vector<Asset>& assets();
// "assets/page.0123456789ab.css": it changes with the content, so browsers may keep it for ever.
std::string asset_path(std::string_view name);
// By the last segment of such a path; nullptr if there is none.
const Asset* find_asset(std::string_view file);

}  // namespace reinfer::page
