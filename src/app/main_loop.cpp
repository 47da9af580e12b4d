#include "app/main_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <optional>

#include "app/loop_watch.h"
#include "app/orphans.h"
#include "app/service_notices.h"

namespace reinfer::app {
namespace {

// A loop that turns late once is not yet one that is stuck: the manager's patience is so many
// looks.
constexpr int kLooksPerWatchdogTime = 4;

sigset_t awaited_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  return signals;
}

// Waits for one of them, or until `limit` has passed (0 then).
int await_signal(std::optional<base::Nanoseconds> limit) {
  const sigset_t signals = awaited_signals();
  if (!limit) {
    int signal = 0;
    sigwait(&signals, &signal);
    return signal;
  }
  const auto seconds = std::chrono::floor<std::chrono::seconds>(*limit);
  const timespec time{seconds.count(), static_cast<long>((*limit - seconds).count())};
  return std::max(sigtimedwait(&signals, nullptr, &time), 0);
}

// Says when it is time for something that is done again and again, or never.
class Timer {
 public:
  Timer(std::optional<base::Nanoseconds> interval, base::MonoTime now) : interval_(interval) {
    if (interval_) next_ = now + *interval_;
  }

  base::MonoTime next() const { return next_; }
  bool is_due(base::MonoTime now) {
    if (now < next_) return false;
    next_ = now + *interval_;
    return true;
  }

 private:
  std::optional<base::Nanoseconds> interval_;
  base::MonoTime next_ = base::MonoTime::max();
};

class Watchdog {
 public:
  Watchdog(ProbeThreads& threads, const base::Log& log)
      : threads_(threads), log_(log), loops_(threads.turns()) {
    threads_.wake();
  }

  void look() {
    const std::vector<std::size_t> stuck = loops_.look(threads_.turns());
    threads_.wake();
    if (stuck.empty()) {
      tell_alive();
      if (was_stuck_) tell_status("all probe loops turn again");
      was_stuck_ = false;
      return;
    }
    const std::string thread = fmt::format("probe-{}", stuck.front() + 1);
    tell_status(fmt::format("the loop of {} is stuck, the watchdog is not fed", thread));
    if (!was_stuck_)
      log_.warn("a probe loop is stuck, the watchdog is not fed",
                {{"thread", thread}, {"stuck", stuck.size()}});
    was_stuck_ = true;
  }

 private:
  ProbeThreads& threads_;
  const base::Log& log_;
  LoopWatch loops_;
  bool was_stuck_ = false;
};

std::optional<base::Nanoseconds> feeding_interval() {
  const auto time = watchdog_time();
  if (!time) return std::nullopt;
  return *time / kLooksPerWatchdogTime;
}

std::optional<base::Nanoseconds> until(base::MonoTime time) {
  if (time == base::MonoTime::max()) return std::nullopt;
  return std::max(time - base::mono_now(), base::Nanoseconds{0});
}

}  // namespace

void block_awaited_signals() {
  const sigset_t signals = awaited_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

int serve_until_stopped(Reloader& reloader, ProbeThreads& threads, const base::Log& log) {
  const base::MonoTime begun = base::mono_now();
  Timer reaping(gets_orphans() ? std::optional(kOrphanAge) : std::nullopt, begun);
  Timer feeding(feeding_interval(), begun);
  OrphanReaper orphans;
  std::optional<Watchdog> watchdog;
  if (feeding.next() != base::MonoTime::max()) watchdog.emplace(threads, log);
  for (;;) {
    const int signal = await_signal(until(std::min(reaping.next(), feeding.next())));
    if (signal == SIGHUP)
      reloader.request("SIGHUP");
    else if (signal != 0)
      return signal;
    const base::MonoTime now = base::mono_now();
    if (reaping.is_due(now)) orphans.look(now);
    if (watchdog && feeding.is_due(now)) watchdog->look();
  }
}

}  // namespace reinfer::app
