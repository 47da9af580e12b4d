#include "base/log_output.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>

#include "base/check.h"

namespace reinfer::base {
namespace {

constexpr Nanoseconds kLookInterval = std::chrono::seconds(1);

}  // namespace

LogOutput::LogOutput(int descriptor)
    : descriptor_(descriptor), hurried_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  check(static_cast<bool>(hurried_), "there is a descriptor for the log");
}

bool LogOutput::write(std::string_view line, const std::function<void()>& waiting) {
  while (!line.empty()) {
    if (!wait_for_room(waiting)) return false;
    // A pipe that has room has it for PIPE_BUF bytes; more would wait inside write().
    const ssize_t sent =
        ::write(descriptor_, line.data(), std::min<std::size_t>(line.size(), PIPE_BUF));
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return false;
    line.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
  }
  return true;
}

bool LogOutput::wait_for_room(const std::function<void()>& waiting) const {
  for (;;) {
    const MonoTime deadline = deadline_.load();
    const bool hurried = deadline != MonoTime::max();
    const Nanoseconds left =
        hurried ? std::max(deadline - mono_now(), Nanoseconds{0}) : kLookInterval;
    std::array<pollfd, 2> watched{pollfd{descriptor_, POLLOUT, 0}, {hurried_.get(), POLLIN, 0}};
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    // Once hurried, the eventfd is always readable.
    const int ready = poll(watched.data(), hurried ? 1 : 2, static_cast<int>(milliseconds));
    if ((watched[0].revents & (POLLERR | POLLNVAL)) != 0) return false;
    if ((watched[0].revents & POLLOUT) != 0) return true;
    if (ready < 0 && errno != EINTR) return false;
    if (ready == 0 && hurried) return false;
    if (ready == 0) waiting();
  }
}

void LogOutput::hurry(MonoTime deadline) {
  deadline_ = deadline;
  constexpr std::uint64_t kOne = 1;
  [[maybe_unused]] const ssize_t written = ::write(hurried_.get(), &kOne, sizeof kOne);
}

}  // namespace reinfer::base
