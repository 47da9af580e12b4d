// The command line of reinfer_simulator as Options. Used by main only; prints help, version and
// errors itself, because only the parser knows their form.
#pragma once

#include <variant>

#include "simulator/simulator_options.h"

namespace reinfer::simulator {

struct Exit {
  int code;
};

// Exit{0} after --help, --version or --list-faults, Exit{2} after a mistake.
std::variant<Options, Exit> parse_command_line(int argc, char** argv);

}  // namespace reinfer::simulator
