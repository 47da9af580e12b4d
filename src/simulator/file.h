// Writing a small file so that a reader never sees half of it. Used for the CA certificate and the
// ready file; blocks, called from the thread that starts the simulator.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "simulator/input_problem.h"

namespace reinfer::simulator {

// Under another name in the same folder first, then renamed.
std::optional<Problem> write_atomically(const std::string& path, std::string_view text);

}  // namespace reinfer::simulator
