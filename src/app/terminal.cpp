#include "app/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.h"

namespace reinfer::app {
namespace {

constexpr std::size_t kColumnsDefault = 80;
constexpr std::size_t kColumnsMin = 40;
constexpr std::size_t kColumnsMax = 200;

std::string variable(const char* name) {
  // No other thread runs yet that could change the environment.
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? "" : value;
}

bool is_utf8(const std::string& locale) {
  const std::string lower = base::to_lower(locale);
  return lower.find("utf-8") != std::string::npos || lower.find("utf8") != std::string::npos;
}

}  // namespace

TerminalFacts read_terminal(int descriptor) {
  TerminalFacts facts;
  facts.is_terminal = isatty(descriptor) == 1;
  winsize size{};
  if (facts.is_terminal && ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    facts.columns = size.ws_col;
  facts.no_color = variable("NO_COLOR");
  facts.term = variable("TERM");
  for (const char* name : {"LANG", "LC_CTYPE", "LC_ALL"})
    if (std::string value = variable(name); !value.empty()) facts.locale = std::move(value);
  return facts;
}

terminal::TerminalStyle style_for(const TerminalFacts& facts, ColourMode mode) {
  terminal::TerminalStyle style;
  style.columns = std::clamp(facts.columns.value_or(kColumnsDefault), kColumnsMin, kColumnsMax);
  const bool wanted = facts.no_color.empty() && can_rewrite_line(facts);
  style.colour = mode == ColourMode::always || (mode == ColourMode::automatic && wanted);
  style.unicode = is_utf8(facts.locale) && facts.term != "linux" && facts.term != "dumb";
  return style;
}

bool can_rewrite_line(const TerminalFacts& facts) {
  return facts.is_terminal && !facts.term.empty() && facts.term != "dumb";
}

}  // namespace reinfer::app
