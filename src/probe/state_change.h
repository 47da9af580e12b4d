// Which results of a target are news to an operator: changes of outcome, and now and then that a
// failure lasts. Decides what gets a line of log, within a limit that flapping cannot break, and
// puts it into words. Owned by the ResultLogger, one for each target; pure but for what it
// remembers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "model/outcome.h"

namespace reinfer::probe {

// Changes in a minute that get a line each; those beyond are counted, and the state that they led
// to is told when the minute is over.
inline constexpr std::uint64_t kChangesToldMax = 4;
inline constexpr base::Nanoseconds kChangesWindow = std::chrono::minutes(1);
// A failure that lasts is told of again.
inline constexpr base::Nanoseconds kStillFailsInterval = std::chrono::minutes(10);

struct StateChange {
  enum class Kind : std::uint8_t {
    first,    // the target was never probed before
    changed,  // from `before`, which had lasted for `after`
    settled,  // changes were left out; `before` was told last
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
std::string describe(const StateChange& news, const std::string& name);

class StateTracker {
 public:
  // What is to be told of a result, if anything.
  std::optional<StateChange> take(model::Outcome outcome, base::MonoTime now);

 private:
  bool may_tell_change(base::MonoTime now);
  std::optional<StateChange> told(StateChange news, base::MonoTime now);

  std::optional<model::Outcome> outcome_;
  base::MonoTime since_{};  // when it took that outcome
  std::optional<model::Outcome> told_;
  base::MonoTime last_line_{};
  base::MonoTime window_start_{};
  std::uint64_t changes_in_window_ = 0;
  std::uint64_t changes_left_out_ = 0;
  std::uint64_t failures_left_out_ = 0;
};

}  // namespace reinfer::probe
