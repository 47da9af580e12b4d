#include "transport/timing/event_delay.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace reinfer::transport {
namespace {

constexpr base::Nanoseconds kLongIteration = std::chrono::milliseconds(1);
// After a longer wait, nothing was ready when the wait began, most likely. After a short iteration
// an error in this matters little.
constexpr base::Nanoseconds kSleepMin = std::chrono::microseconds(50);

}  // namespace

RunQueueDelay::~RunQueueDelay() {
  if (file_ >= 0) close(file_);
}

std::optional<base::Nanoseconds> RunQueueDelay::read() {
  if (!opened_) file_ = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
  opened_ = true;
  if (file_ < 0) return std::nullopt;
  std::array<char, 96> text;
  const ssize_t size = pread(file_, text.data(), text.size(), 0);
  if (size <= 0) return std::nullopt;
  const std::string_view line(text.data(), static_cast<std::size_t>(size));
  const std::size_t blank = line.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  base::Nanoseconds::rep delay = 0;
  const auto parsed = std::from_chars(line.data() + blank + 1, line.data() + line.size(), delay);
  if (parsed.ec != std::errc{}) return std::nullopt;
  return base::Nanoseconds(delay);
}

bool EventDelay::is_long_iteration(base::MonoTime now) const {
  return now - returned_ >= kLongIteration;
}

base::Nanoseconds EventDelay::since_last_reading(std::optional<base::Nanoseconds> thread_delay) {
  if (!thread_delay) return base::Nanoseconds{0};
  const base::Nanoseconds since = *thread_delay - last_reading_.value_or(*thread_delay);
  last_reading_ = thread_delay;
  return std::max(base::Nanoseconds{0}, since);
}

void EventDelay::work_begins(base::MonoTime now, std::optional<base::Nanoseconds> thread_delay) {
  returned_ = now;
  last_reading_ = thread_delay;
}

void EventDelay::before_wait(base::MonoTime now, std::optional<base::Nanoseconds> thread_delay) {
  waiting_ = now;
  since_last_reading(thread_delay);
}

void EventDelay::after_wait(base::MonoTime now, std::optional<base::Nanoseconds> thread_delay,
                            std::optional<bool> found) {
  left_for_ = left_some_ ? before_return() : base::Nanoseconds{0};
  woken_late_ = std::min(since_last_reading(thread_delay), now - waiting_);
  slept_ = found ? !*found : now - waiting_ - woken_late_ > kSleepMin;
  left_some_ = false;
  returned_before_ = returned_;
  returned_ = now;
}

base::Nanoseconds EventDelay::before_return() const {
  return slept_ ? woken_late_ : returned_ - returned_before_ + left_for_;
}

base::Nanoseconds EventDelay::at(base::MonoTime now) const {
  return now - returned_ + before_return();
}

}  // namespace reinfer::transport
