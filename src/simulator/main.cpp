// reinfer_simulator: starts one simulator and runs it until SIGTERM or SIGINT.
#include <fmt/format.h>

#include <csignal>
#include <cstdio>

#include "simulator/command_line.h"
#include "simulator/simulator.h"

namespace {

using reinfer::simulator::Options;
using reinfer::simulator::Simulator;

constexpr int kExitFailure = 2;

int run(const Options& options) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);

  fmt::print(stderr, "seed={}\n", options.seed);
  Simulator simulator(options);
  if (const auto problem = simulator.start()) {
    fmt::print(stderr, "reinfer_simulator: {}\n", problem->text);
    return kExitFailure;
  }
  fmt::print("{}\n", simulator.ready_json());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&ends, &signal);
  simulator.stop();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto parsed = reinfer::simulator::parse_command_line(argc, argv);
  if (const auto* exit = std::get_if<reinfer::simulator::Exit>(&parsed)) return exit->code;
  return run(std::get<Options>(parsed));
}
