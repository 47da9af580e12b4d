#include "terminal/style.h"

#include <array>

#include "base/text.h"

namespace reinfer::terminal {
namespace {

constexpr std::array<std::string_view, 8> kCodes = {
    "",    // plain
    "1",   // strong
    "2",   // faint
    "32",  // good: green
    "31",  // bad: red
    "33",  // warning: yellow
    "35",  // platform: magenta
    "36",  // path: cyan
};

}  // namespace

std::string painted(const TerminalStyle& style, Ink ink, std::string_view text) {
  const std::string_view code = kCodes.at(static_cast<std::size_t>(ink));
  if (!style.colour || code.empty() || text.empty()) return std::string(text);
  std::string result = "\x1b[";
  return result.append(code).append("m").append(text).append("\x1b[0m");
}

std::string wrapped(std::string_view text, std::size_t columns, std::size_t indent) {
  std::string result;
  std::size_t column = indent;
  for (const std::string_view word : base::split(text, ' ')) {
    if (column > indent && column + 1 + word.size() > columns) {
      result += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      result += ' ';
      ++column;
    }
    result += word;
    column += word.size();
  }
  return result;
}

}  // namespace reinfer::terminal
