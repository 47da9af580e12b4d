// The abilities of the terminal behind a descriptor: whether it is one, its width, and the colour
// and character settings of the environment. Besides credentials, the only code that reads the
// environment for the commands; main thread, before any other runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "terminal/style.h"

namespace reinfer::app {

enum class ColourMode : std::uint8_t { automatic, always, never };

struct TerminalFacts {
  bool is_terminal = false;
  std::optional<std::size_t> columns;
  // Environment variables; empty where unset.
  std::string no_color;
  std::string term;
  std::string locale;  // the first of LC_ALL, LC_CTYPE and LANG that is not empty
};

// `descriptor`: of an open file.
TerminalFacts read_terminal(int descriptor);

// Colour on a terminal, unless NO_COLOR is set (no-color.org) or TERM names a terminal without
// colour; the command line overrides both. Block characters if the locale is UTF-8, except on the
// kernel's console, whose font lacks them. Width 40 to 200 columns, 80 if unknown.
terminal::TerminalStyle style_for(const TerminalFacts& facts, ColourMode mode);

// Whether a line can be overwritten: on a terminal that is not "dumb".
bool can_rewrite_line(const TerminalFacts& facts);

}  // namespace reinfer::app
