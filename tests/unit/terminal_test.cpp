#include <doctest/doctest.h>

#include "app/terminal.h"

namespace reinfer::tests::terminal_test {
namespace {

app::TerminalFacts terminal() {
  return {true, 120, "", "xterm-256color", "en_US.UTF-8"};
}

TEST_CASE("a terminal gets colours, blocks and its width") {
  CHECK(app::style_for(terminal(), app::ColourMode::automatic) ==
        terminal::TerminalStyle{120, true, true});
}

TEST_CASE("what is no terminal gets plain text of 80 columns") {
  app::TerminalFacts facts = terminal();
  facts.is_terminal = false;
  facts.columns.reset();
  CHECK(app::style_for(facts, app::ColourMode::automatic) ==
        terminal::TerminalStyle{80, false, true});
  CHECK_FALSE(app::can_rewrite_line(facts));
}

TEST_CASE("any value of NO_COLOR takes the colours, and the command line is asked first") {
  app::TerminalFacts facts = terminal();
  for (const char* value : {"1", "0", "false", " "}) {
    facts.no_color = value;
    CHECK_FALSE(app::style_for(facts, app::ColourMode::automatic).colour);
    CHECK(app::style_for(facts, app::ColourMode::always).colour);
  }
  CHECK_FALSE(app::style_for(terminal(), app::ColourMode::never).colour);
  facts.is_terminal = false;
  CHECK(app::style_for(facts, app::ColourMode::always).colour);
}

TEST_CASE("a dumb terminal and one of no name are plain") {
  for (const char* term : {"dumb", ""}) {
    app::TerminalFacts facts = terminal();
    facts.term = term;
    CHECK_FALSE(app::style_for(facts, app::ColourMode::automatic).colour);
    CHECK_FALSE(app::can_rewrite_line(facts));
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
    app::TerminalFacts facts = terminal();
    facts.locale = row.locale;
    CHECK(app::style_for(facts, app::ColourMode::automatic).unicode == row.blocks);
  }
  app::TerminalFacts console = terminal();
  console.term = "linux";
  CHECK_FALSE(app::style_for(console, app::ColourMode::automatic).unicode);
  CHECK(app::style_for(console, app::ColourMode::automatic).colour);
}

TEST_CASE("absurd widths are bounded") {
  app::TerminalFacts facts = terminal();
  facts.columns = 3;
  CHECK(app::style_for(facts, app::ColourMode::automatic).columns == 40);
  facts.columns = 65535;
  CHECK(app::style_for(facts, app::ColourMode::automatic).columns == 200);
}

}  // namespace
}  // namespace reinfer::tests::terminal_test
