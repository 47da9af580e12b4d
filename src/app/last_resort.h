// Ends the process if an orderly stop does not: something waits for a disk or a mount that does not
// answer. Used by `serve` once it has been told to stop. It runs in a signal handler, frees nothing
// and writes one line to stderr.
#pragma once

#include <chrono>

namespace reinfer::app {

inline constexpr std::chrono::seconds kStopTimeMax{10};

// Exit code 1 after kStopTimeMax. SIGALRM must not be blocked in the calling thread.
void begin_last_resort();

}  // namespace reinfer::app
