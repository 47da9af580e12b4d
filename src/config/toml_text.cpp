#include "config/toml_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace reinfer::config {
namespace {

constexpr std::size_t kColumns = 100;
constexpr std::size_t kLineBytesMax = 4000;

void add_lines(std::string_view line, std::string& comment) {
  const std::string clean = base::sanitise(line, kLineBytesMax);
  const std::size_t first = std::min(clean.find_first_not_of(' '), clean.size());
  const bool is_item = std::string_view(clean).substr(first).starts_with("- ");
  std::string written = "#";
  // Continued lines are indented to the first word, or to the text of an item.
  for (const std::string_view word : base::split(std::string_view(clean).substr(first), ' ')) {
    const bool begins = written.find_first_not_of("# ") == std::string::npos;
    if (!begins && written.size() + 1 + word.size() > kColumns) {
      comment += written + "\n";
      written = "#" + std::string(first + (is_item ? 2 : 0), ' ');
    } else if (begins) {
      written = "#" + std::string(first, ' ');
    }
    if (!word.empty()) written += fmt::format(" {}", word);
  }
  comment += written + "\n";
}

}  // namespace

std::string toml_quoted(std::string_view text) {
  // What JSON escapes, TOML understands, but for the character that JSON leaves as it is.
  using nlohmann::json;
  const std::string quoted = json(text).dump(-1, ' ', false, json::error_handler_t::replace);
  std::string escaped;
  for (const char c : quoted)
    escaped += c == 0x7f ? std::string("\\u007F") : std::string(1, c);
  return escaped;
}

std::string toml_comment(std::string_view text) {
  std::string comment;
  for (const std::string_view line : base::split(text, '\n'))
    add_lines(line, comment);
  return comment;
}

}  // namespace reinfer::config
