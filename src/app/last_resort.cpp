#include "app/last_resort.h"

#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <string_view>

namespace reinfer::app {
namespace {

// Async-signal-safe calls only, and none that waits for a reader of stderr.
void give_up(int) {
  constexpr std::string_view kLine =
      "level=error event=\"not everything has stopped within 10 s, ending the process\"\n";
  pollfd output{STDERR_FILENO, POLLOUT, 0};
  if (poll(&output, 1, 0) == 1 && (output.revents & POLLOUT) != 0) {
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, kLine.data(), kLine.size());
  }
  _exit(1);
}

}  // namespace

void begin_last_resort() {
  std::signal(SIGALRM, give_up);
  alarm(kStopTimeMax.count());
}

}  // namespace reinfer::app
