#include "base/epoll.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/check.h"

namespace reinfer::base {
namespace {

timespec to_timespec(Nanoseconds time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return {seconds.count(), static_cast<long>((time - seconds).count())};
}

}  // namespace

Epoll::Epoll()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  check(epoll_ && wake_ && add(wake_.get(), EPOLLIN, kWakeToken),
        "the kernel has two descriptors for an event loop");
}

bool Epoll::control(int operation, int socket, std::uint32_t events, std::uint64_t token) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = token;
  return epoll_ctl(epoll_.get(), operation, socket, &event) == 0;
}

bool Epoll::add(int socket, std::uint32_t events, std::uint64_t token) {
  if (control(EPOLL_CTL_ADD, socket, events, token)) return true;
  return errno == EEXIST && control(EPOLL_CTL_MOD, socket, events, token);
}

bool Epoll::modify(int socket, std::uint32_t events, std::uint64_t token) {
  if (control(EPOLL_CTL_MOD, socket, events, token)) return true;
  return errno == ENOENT && control(EPOLL_CTL_ADD, socket, events, token);
}

void Epoll::remove(int socket) {
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, socket, nullptr);
}

int Epoll::wait(std::span<epoll_event> ready, std::optional<Nanoseconds> timeout) {
  const auto room = static_cast<int>(ready.size());
  const Nanoseconds wanted = std::max(Nanoseconds{0}, timeout.value_or(Nanoseconds{0}));
  if (!milliseconds_only_) {
    const timespec time = to_timespec(wanted);
    const int count =
        epoll_pwait2(epoll_.get(), ready.data(), room, timeout ? &time : nullptr, nullptr);
    // Kernels before 5.11 lack it, and so do old container sandboxes.
    milliseconds_only_ = count < 0 && (errno == ENOSYS || errno == EPERM);
    check(count >= 0 || milliseconds_only_ || errno == EINTR, "the event loop can wait");
    if (!milliseconds_only_) return count;
  }
  constexpr std::chrono::milliseconds kLongest = std::chrono::hours(1);
  // Rounded up, or the loop would ask again and again in the last millisecond.
  const auto whole = std::min(kLongest, std::chrono::ceil<std::chrono::milliseconds>(wanted));
  const int milliseconds = timeout ? static_cast<int>(whole.count()) : -1;
  const int count = epoll_wait(epoll_.get(), ready.data(), room, milliseconds);
  check(count >= 0 || errno == EINTR, "the event loop can wait");
  return count;
}

void Epoll::wake() {
  const std::uint64_t one = 1;
  // Only a full counter refuses it, and then the loop is awake already.
  [[maybe_unused]] const auto written = write(wake_.get(), &one, sizeof one);
}

bool Epoll::take_wake() {
  std::uint64_t times = 0;
  return read(wake_.get(), &times, sizeof times) == sizeof times;
}

}  // namespace reinfer::base
