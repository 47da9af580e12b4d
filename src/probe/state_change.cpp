#include "probe/state_change.h"

#include <fmt/format.h>

#include <utility>

#include "base/duration.h"
#include "base/text.h"

namespace reinfer::probe {

std::string describe(const StateChange& change, const std::string& name) {
  const std::string_view outcome = model::to_label(change.outcome);
  switch (change.kind) {
    case StateChange::Kind::first:
      return fmt::format("{}: first result is {}", name, outcome);
    case StateChange::Kind::changed:
      return fmt::format("{}: {} -> {} after {}", name, model::to_label(*change.before), outcome,
                         base::describe_duration(change.after));
    case StateChange::Kind::settled:
      return fmt::format("{}: {} now, {} {} left out", name, outcome,
                         base::counted(change.changes_left_out, "change"),
                         change.changes_left_out == 1 ? "was" : "were");
    case StateChange::Kind::still:
      return fmt::format("{}: still {} after {}", name, outcome,
                         base::describe_duration(change.after));
  }
  return name;
}

void StateTracker::recall(model::Outcome outcome, base::MonoTime since) {
  outcome_ = logged_outcome_ = outcome;
  since_ = since;
}

std::optional<StateChange> StateTracker::take(model::Outcome outcome, base::MonoTime now) {
  const auto before = outcome_;
  const bool changed = before != outcome;
  const base::Nanoseconds lasted = now - since_;
  if (changed) since_ = now;
  outcome_ = outcome;
  if (!before) return logged({StateChange::Kind::first, {}, outcome, {}}, now);
  if ((changed || changes_left_out_ > 0) && may_log_change(now)) {
    // After changes that were left out, "before -> now" would show a state that was never logged.
    if (changes_left_out_ == 0)
      return logged({StateChange::Kind::changed, before, outcome, lasted}, now);
    if (changed) ++changes_left_out_;
    return logged({StateChange::Kind::settled, logged_outcome_, outcome, {}}, now);
  }
  if (changed) ++changes_left_out_;
  if (outcome == model::Outcome::ok) return std::nullopt;
  if (!changed && changes_left_out_ == 0 && now - last_line_ >= kStillFailsInterval)
    return logged({StateChange::Kind::still, before, outcome, lasted}, now);
  ++failures_left_out_;
  return std::nullopt;
}

bool StateTracker::may_log_change(base::MonoTime now) {
  if (changes_in_window_ == 0 || now - window_start_ >= kChangesWindow) {
    window_start_ = now;
    changes_in_window_ = 0;
  }
  if (changes_in_window_ == kChangesLoggedMax) return false;
  ++changes_in_window_;
  return true;
}

std::optional<StateChange> StateTracker::logged(StateChange change, base::MonoTime now) {
  change.changes_left_out = std::exchange(changes_left_out_, 0);
  change.failures_left_out = std::exchange(failures_left_out_, 0);
  logged_outcome_ = change.outcome;
  last_line_ = now;
  return change;
}

}  // namespace reinfer::probe
