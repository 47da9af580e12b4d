#include <csignal>
#include <cstdio>

#include "app/commands.h"
#include "app/options.h"

int main(int argc, char** argv) {
  const auto parsed = reinfer::parse_options(argc, argv);
  if (const auto* exit = std::get_if<reinfer::EarlyExit>(&parsed)) {
    std::fputs(exit->text.c_str(), exit->code == 0 ? stdout : stderr);
    return exit->code;
  }
  // A peer that hangs up is an error of one call, not the end of the program.
  std::signal(SIGPIPE, SIG_IGN);
  const auto& options = std::get<reinfer::Options>(parsed);
  switch (options.command) {
    case reinfer::Command::serve:
      return reinfer::serve_command(options);
    case reinfer::Command::check:
      return reinfer::check_command(options);
    case reinfer::Command::probe:
      return reinfer::probe_command(options);
  }
  return 2;
}
