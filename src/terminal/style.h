// The abilities of a terminal, and text made for it: colours, block characters, lines broken at its
// width. Used for the output of `reinfer_exporter probe`. Pure; it asks no terminal and reads no
// environment (app/terminal.h does).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "model/outcome.h"

namespace reinfer::terminal {

struct TerminalStyle {
  std::size_t columns = 80;
  bool colour = false;
  bool unicode = false;  // block characters in UTF-8; else ASCII
  bool operator==(const TerminalStyle&) const = default;
};

// The meaning of a colour. The sixteen colours of the terminal's own theme are used, so that light
// and dark backgrounds both work; no text depends on its colour to be understood.
enum class Ink : std::uint8_t {
  plain,
  strong,
  faint,
  good,
  bad,
  warning,
  server,
  path,
  platform,
  edge,
  network,
  credentials,
  request,
  monitor
};

// The colour of a fault, the same as on the status page; good where there is none.
Ink ink_of(model::Fault fault);

// A character for the shape that the status page gives the fault, and a blank. Empty without
// Unicode, and for no fault.
std::string fault_mark(const TerminalStyle& style, model::Fault fault);

// The name of an outcome in the colour of its fault, behind the fault's mark.
std::string outcome_name(const TerminalStyle& style, model::Outcome outcome);

// The text between the escape sequences of its ink (ECMA-48 SGR), or as it is without colour.
std::string painted(const TerminalStyle& style, Ink ink, std::string_view text);

// Words of `text` in lines of at most `columns` characters, the second and later ones indented by
// `indent` blanks; the caller has already written `indent` characters of the first. A word that is
// longer than a line stands alone, unbroken. No newline at the end. Counts bytes: ASCII text.
std::string wrapped(std::string_view text, std::size_t columns, std::size_t indent);

}  // namespace reinfer::terminal
