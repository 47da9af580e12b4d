#include <doctest/doctest.h>

#include "app/terminal.h"

namespace reinfer {
namespace {

TerminalFacts terminal() {
  return {true, 120, "", "xterm-256color", "en_US.UTF-8"};
}

TEST_CASE("a terminal gets colours, blocks and its width") {
  CHECK(style_for(terminal(), ColourMode::automatic) == TerminalStyle{120, true, true});
}

TEST_CASE("what is no terminal gets plain text of 80 columns") {
  TerminalFacts facts = terminal();
  facts.is_terminal = false;
  facts.columns.reset();
  CHECK(style_for(facts, ColourMode::automatic) == TerminalStyle{80, false, true});
  CHECK_FALSE(can_rewrite_line(facts));
}

TEST_CASE("any value of NO_COLOR takes the colours, and the command line is asked first") {
  TerminalFacts facts = terminal();
  for (const char* value : {"1", "0", "false", " "}) {
    facts.no_color = value;
    CHECK_FALSE(style_for(facts, ColourMode::automatic).colour);
    CHECK(style_for(facts, ColourMode::always).colour);
  }
  CHECK_FALSE(style_for(terminal(), ColourMode::never).colour);
  facts.is_terminal = false;
  CHECK(style_for(facts, ColourMode::always).colour);
}

TEST_CASE("a dumb terminal and one of no name are plain") {
  for (const char* term : {"dumb", ""}) {
    TerminalFacts facts = terminal();
    facts.term = term;
    CHECK_FALSE(style_for(facts, ColourMode::automatic).colour);
    CHECK_FALSE(can_rewrite_line(facts));
  }
}

TEST_CASE("blocks are for locales in UTF-8, and not for the kernel's console") {
  struct Row {
    const char* locale;
    bool blocks;
  };
  for (const Row& row : {Row{"C.UTF-8", true}, Row{"de_DE.utf8", true}, Row{"C", false},
                         Row{"", false}, Row{"de_DE.ISO-8859-1", false}}) {
    CAPTURE(row.locale);
    TerminalFacts facts = terminal();
    facts.locale = row.locale;
    CHECK(style_for(facts, ColourMode::automatic).unicode == row.blocks);
  }
  TerminalFacts console = terminal();
  console.term = "linux";
  CHECK_FALSE(style_for(console, ColourMode::automatic).unicode);
  CHECK(style_for(console, ColourMode::automatic).colour);
}

TEST_CASE("absurd widths are bounded") {
  TerminalFacts facts = terminal();
  facts.columns = 3;
  CHECK(style_for(facts, ColourMode::automatic).columns == 40);
  facts.columns = 65535;
  CHECK(style_for(facts, ColourMode::automatic).columns == 200);
}

}  // namespace
}  // namespace reinfer
