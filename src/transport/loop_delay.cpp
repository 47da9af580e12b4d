#include "transport/loop_delay.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace reinfer {
namespace {

constexpr Nanoseconds kLongTurn = std::chrono::milliseconds(1);
// Whoever waited for longer found nothing ready when the wait began, most likely: after a turn that
// is short, it matters little.
constexpr Nanoseconds kSleepMin = std::chrono::microseconds(50);

}  // namespace

ThreadDelay::~ThreadDelay() {
  if (file_ >= 0) close(file_);
}

std::optional<ThreadTimes> ThreadDelay::read_awoken() {
  if (!opened_) file_ = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
  opened_ = true;
  if (file_ < 0) return std::nullopt;
  std::array<char, 96> text;
  const ssize_t size = pread(file_, text.data(), text.size(), 0);
  if (size <= 0) return std::nullopt;
  const char* const end = text.data() + size;
  Nanoseconds::rep ran = 0;
  Nanoseconds::rep queued = 0;
  const auto first = std::from_chars(text.data(), end, ran);
  if (first.ec != std::errc{} || first.ptr == end) return std::nullopt;
  const auto second = std::from_chars(first.ptr + 1, end, queued);
  if (second.ec != std::errc{}) return std::nullopt;
  return ThreadTimes{Nanoseconds(ran), Nanoseconds(queued)};
}

std::optional<ThreadTimes> ThreadDelay::read() {
  auto times = read_awoken();
  if (times) times->ran = thread_cpu_time();
  return times;
}

bool LoopDelay::is_long_turn(MonoTime now) const {
  return now - returned_ >= kLongTurn;
}

void LoopDelay::work_begins(MonoTime now, std::optional<ThreadTimes> thread) {
  returned_ = now;
  thread_ = thread;
}

Nanoseconds LoopDelay::before_wait(MonoTime now, std::optional<ThreadTimes> thread) {
  waiting_ = now;
  if (!thread) return Nanoseconds{0};
  const Nanoseconds ran = thread_ ? thread->ran - thread_->ran : now - returned_;
  thread_ = thread;
  return std::max(Nanoseconds{0}, now - returned_ - ran);
}

void LoopDelay::after_wait(MonoTime now, std::optional<ThreadTimes> thread,
                           std::optional<bool> found) {
  left_for_ = left_some_ ? before_return() : Nanoseconds{0};
  const Nanoseconds queued = thread && thread_ ? thread->queued - thread_->queued : Nanoseconds{0};
  woken_late_ = std::clamp(queued, Nanoseconds{0}, now - waiting_);
  thread_ = thread;
  slept_ = found ? !*found : now - waiting_ - woken_late_ > kSleepMin;
  left_some_ = false;
  returned_before_ = returned_;
  returned_ = now;
}

Nanoseconds LoopDelay::before_return() const {
  return slept_ ? woken_late_ : returned_ - returned_before_ + left_for_;
}

Nanoseconds LoopDelay::at(MonoTime now) const {
  return now - returned_ + before_return();
}

}  // namespace reinfer
