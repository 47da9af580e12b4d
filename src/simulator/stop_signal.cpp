#include "simulator/stop_signal.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

#include "base/check.h"

namespace reinfer::simulator {

StopSignal::StopSignal() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  base::check(event_.get() >= 0, "the kernel gives one event descriptor");
}

void StopSignal::raise() {
  raised_.store(true, std::memory_order_release);
  const std::uint64_t one = 1;
  const auto written = write(event_.get(), &one, sizeof one);
  base::check(written == sizeof one, "an event descriptor takes a count of one");
}

}  // namespace reinfer::simulator
