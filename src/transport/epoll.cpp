#include "transport/epoll.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/check.h"

namespace reinfer::transport {
namespace {

timespec to_timespec(base::Nanoseconds time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return {seconds.count(), static_cast<long>((time - seconds).count())};
}

}  // namespace

Epoll::Epoll()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  base::check(epoll_ >= 0 && wake_ >= 0, "the kernel gives the loop descriptors");
  watch(wake_, EPOLLIN, false);
}

Epoll::~Epoll() {
  close(wake_);
  close(epoll_);
}

void Epoll::watch(int socket, std::uint32_t events, bool known) {
  epoll_event event{};
  event.events = events;
  event.data.fd = socket;
  const int operation = known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  base::check(epoll_ctl(epoll_, operation, socket, &event) == 0, "epoll takes a socket");
}

void Epoll::forget(int socket) {
  epoll_ctl(epoll_, EPOLL_CTL_DEL, socket, nullptr);
}

int Epoll::wait(std::span<epoll_event> ready, std::optional<base::Nanoseconds> timeout) {
  const auto room = static_cast<int>(ready.size());
  if (!coarse_) {
    const timespec time = to_timespec(timeout.value_or(base::Nanoseconds{0}));
    const int count = epoll_pwait2(epoll_, ready.data(), room, timeout ? &time : nullptr, nullptr);
    // Kernels before 5.11 lack it, and so do old container sandboxes.
    coarse_ = count < 0 && (errno == ENOSYS || errno == EPERM);
    base::check(count >= 0 || coarse_ || errno == EINTR, "the loop can wait");
    if (!coarse_) return count;
  }
  constexpr std::chrono::milliseconds kLongest = std::chrono::hours(1);
  const auto whole = std::chrono::ceil<std::chrono::milliseconds>(timeout.value_or(kLongest));
  const int milliseconds = static_cast<int>(std::min(kLongest, whole).count());
  const int count = epoll_wait(epoll_, ready.data(), room, timeout ? milliseconds : -1);
  base::check(count >= 0 || errno == EINTR, "the loop can wait");
  return count;
}

void Epoll::wake() {
  const std::uint64_t one = 1;
  // Cannot fail but by a full counter, and then the loop is awake already.
  [[maybe_unused]] const auto written = write(wake_, &one, sizeof one);
}

bool Epoll::take_wake() {
  std::uint64_t times = 0;
  return read(wake_, &times, sizeof times) == sizeof times;
}

}  // namespace reinfer::transport
