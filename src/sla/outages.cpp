#include "sla/outages.h"

#include <algorithm>
#include <optional>

namespace reinfer::sla {
namespace {

// The outage that goes on while steps go by, and the calm that may end it.
class Follower {
 public:
  explicit Follower(const TimeSpan& month) : month_(month) {}

  void take(const JudgedStep& step) {
    if (is_open_ && (step.broken || step.to - step.from > kSilenceMax) && !calm_) lose_sight(step);
    if (is_open_ && calm_ && step.to - calm_->end > kCalmMax) close(*calm_);
    if (step.bad > 0)
      take_bad(step);
    else if (is_open_ && !calm_ && step.events > 0)
      calm_ = Calm{step.to, step.to - step.from};
    if (is_open_ && calm_ && step.bad <= 0) calm_events_ += within(step) ? step.events : 0;
    last_ = step.to;
  }

  std::vector<Outage> finish() {
    if (is_open_ && !calm_) open_.recovery_seen = false;
    close(calm_.value_or(Calm{last_, base::Nanoseconds{0}}));
    return std::move(outages_);
  }

 private:
  struct Calm {
    base::WallTime end;
    base::Nanoseconds late_max;
  };

  bool within(const JudgedStep& step) const {
    return step.to > month_.from && step.to <= month_.to;
  }

  void take_bad(const JudgedStep& step) {
    if (!is_open_) {
      open_ = Outage{};
      is_open_ = true;
      open_.start = step.to;
      open_.start_late_max = step.to - step.from;
    }
    open_.events += calm_events_;
    calm_events_ = 0;
    calm_.reset();
    if (!within(step)) return;
    open_.events += step.events;
    open_.bad += step.bad;
    for (const auto& [outcome, count] : step.outcomes)
      open_.outcomes[outcome] += count;
  }

  // Nobody knows what came after the last sample.
  void lose_sight(const JudgedStep& step) {
    if (step.bad > 0 && !step.broken) return;
    open_.recovery_seen = false;
    close(Calm{step.from, base::Nanoseconds{0}});
  }

  void close(Calm calm) {
    if (!is_open_) return;
    open_.end = calm.end;
    open_.end_late_max = calm.late_max;
    cut();
    is_open_ = false;
    calm_.reset();
    calm_events_ = 0;
  }

  void cut() {
    if (open_.bad <= 0) return;
    if (open_.start <= month_.from) {
      open_.start = month_.from;
      open_.start_late_max = base::Nanoseconds{0};
      open_.began_before = true;
    }
    if (open_.end > month_.to) {
      open_.end = month_.to;
      open_.end_late_max = base::Nanoseconds{0};
      open_.went_on = true;
    }
    outages_.push_back(open_);
  }

  const TimeSpan month_;
  // Not an optional: GCC 14 takes its value for uninitialised.
  Outage open_;
  bool is_open_ = false;
  std::optional<Calm> calm_;
  double calm_events_ = 0;
  base::WallTime last_;
  std::vector<Outage> outages_;
};

}  // namespace

std::vector<Outage> outages_of(const std::vector<JudgedStep>& steps, const TimeSpan& month) {
  Follower follower(month);
  for (const JudgedStep& step : steps)
    follower.take(step);
  return follower.finish();
}

std::vector<Outage> longest(std::vector<Outage> outages, std::size_t count) {
  std::stable_sort(outages.begin(), outages.end(), [](const Outage& a, const Outage& b) {
    const auto length = [](const Outage& outage) { return outage.end - outage.start; };
    return length(a) != length(b) ? length(a) > length(b) : a.bad > b.bad;
  });
  if (outages.size() > count) outages.resize(count);
  return outages;
}

}  // namespace reinfer::sla
