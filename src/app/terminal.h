// What the terminal at the other end of a descriptor can show: whether it is one, its width, and
// what the environment says of colour and characters. The only place besides the credentials room
// that reads the environment; used by the commands, on the main thread, before any other runs.
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

// Colour on a terminal, unless NO_COLOR has any value (no-color.org) or TERM says that it knows
// none; what the command line says comes before both. Block characters if the locale is UTF-8, but
// for the kernel's console, whose font lacks them. 80 columns where nobody tells; 40 to 200.
terminal::TerminalStyle style_for(const TerminalFacts& facts, ColourMode mode);

// Whether one line can be written over again: on a terminal that is not a dumb one.
bool can_rewrite_line(const TerminalFacts& facts);

}  // namespace reinfer::app
