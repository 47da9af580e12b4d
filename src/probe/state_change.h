// Decides which results of a target are logged: changes of outcome, and now and then a failure that
// lasts, within a limit that also holds for a flapping target; and describes them in words. Used by
// the ResultLogger, one tracker for each target, on one probe thread. It writes nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "model/outcome.h"

namespace reinfer::probe {

// At most so many changes are logged one by one in each kChangesWindow; further ones are counted,
// and the state they led to is logged after the window.
inline constexpr std::uint64_t kChangesLoggedMax = 4;
inline constexpr base::Nanoseconds kChangesWindow = std::chrono::minutes(1);
// A failure that lasts is logged again after this time.
inline constexpr base::Nanoseconds kStillFailsInterval = std::chrono::minutes(10);

struct StateChange {
  enum class Kind : std::uint8_t {
    first,    // the target was never probed before
    changed,  // from `before`, which had lasted for `after`
    settled,  // changes were left out; `before` was logged last
    still,    // a failure that has lasted for `after`
  };
  Kind kind = Kind::first;
  std::optional<model::Outcome> before;
  model::Outcome outcome = model::Outcome::ok;
  base::Nanoseconds after{};
  std::uint64_t changes_left_out = 0;   // since the last line
  std::uint64_t failures_left_out = 0;  // the same
  bool operator==(const StateChange&) const = default;
};

// "acme/dataset: ok -> server_error after 3 h 12 min".
std::string describe(const StateChange& change, const std::string& name);

class StateTracker {
 public:
  // The state that an earlier process left behind; before the first result.
  void recall(model::Outcome outcome, base::MonoTime since);
  // The change to log after a result; nullopt if there is nothing to log.
  std::optional<StateChange> take(model::Outcome outcome, base::MonoTime now);

 private:
  bool may_log_change(base::MonoTime now);
  std::optional<StateChange> logged(StateChange change, base::MonoTime now);

  std::optional<model::Outcome> outcome_;
  base::MonoTime since_{};  // when it took that outcome
  std::optional<model::Outcome> logged_outcome_;
  base::MonoTime last_line_{};
  base::MonoTime window_start_{};
  std::uint64_t changes_in_window_ = 0;
  std::uint64_t changes_left_out_ = 0;
  std::uint64_t failures_left_out_ = 0;
};

}  // namespace reinfer::probe
