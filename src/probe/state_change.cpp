#include "probe/state_change.h"

#include <fmt/format.h>

#include <utility>

#include "base/duration.h"
#include "base/text.h"

namespace reinfer::probe {

std::string describe(const StateChange& news, const std::string& name) {
  const std::string_view outcome = model::to_label(news.outcome);
  switch (news.kind) {
    case StateChange::Kind::first:
      return fmt::format("{}: first result is {}", name, outcome);
    case StateChange::Kind::changed:
      return fmt::format("{}: {} -> {} after {}", name, model::to_label(*news.before), outcome,
                         base::describe_duration(news.after));
    case StateChange::Kind::settled:
      return fmt::format("{}: {} now, {} {} left out", name, outcome,
                         base::counted(news.changes_left_out, "change"),
                         news.changes_left_out == 1 ? "was" : "were");
    case StateChange::Kind::still:
      return fmt::format("{}: still {} after {}", name, outcome,
                         base::describe_duration(news.after));
  }
  return name;
}

std::optional<StateChange> StateTracker::take(model::Outcome outcome, base::MonoTime now) {
  const auto before = outcome_;
  const bool changed = before != outcome;
  const base::Nanoseconds lasted = now - since_;
  if (changed) since_ = now;
  outcome_ = outcome;
  if (!before) return told({StateChange::Kind::first, {}, outcome, {}}, now);
  if ((changed || changes_left_out_ > 0) && may_tell_change(now)) {
    // A change after some that nobody saw would seem to come from nowhere.
    if (changes_left_out_ == 0)
      return told({StateChange::Kind::changed, before, outcome, lasted}, now);
    if (changed) ++changes_left_out_;
    return told({StateChange::Kind::settled, told_, outcome, {}}, now);
  }
  if (changed) ++changes_left_out_;
  if (outcome == model::Outcome::ok) return std::nullopt;
  if (!changed && changes_left_out_ == 0 && now - last_line_ >= kStillFailsInterval)
    return told({StateChange::Kind::still, before, outcome, lasted}, now);
  ++failures_left_out_;
  return std::nullopt;
}

bool StateTracker::may_tell_change(base::MonoTime now) {
  if (changes_in_window_ == 0 || now - window_start_ >= kChangesWindow) {
    window_start_ = now;
    changes_in_window_ = 0;
  }
  if (changes_in_window_ == kChangesToldMax) return false;
  ++changes_in_window_;
  return true;
}

std::optional<StateChange> StateTracker::told(StateChange news, base::MonoTime now) {
  news.changes_left_out = std::exchange(changes_left_out_, 0);
  news.failures_left_out = std::exchange(failures_left_out_, 0);
  told_ = news.outcome;
  last_line_ = now;
  return news;
}

}  // namespace reinfer::probe
