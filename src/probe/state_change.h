// Which results of a target are news to an operator: changes of outcome, and now and then that a
// failure lasts. Decides what gets a line of log, within a limit that flapping cannot break, and
// puts it into words. Owned by the Reporter, one for each target; pure but for what it remembers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "model/outcome.h"

namespace reinfer {

// Changes in a minute that get a line each; those beyond are counted, and the state that they led
// to is told when the minute is over.
inline constexpr std::uint64_t kChangesToldMax = 4;
inline constexpr Nanoseconds kChangesWindow = std::chrono::minutes(1);
// A failure that lasts is told of again.
inline constexpr Nanoseconds kStillFailsInterval = std::chrono::minutes(10);

struct StateNews {
  enum class Kind : std::uint8_t {
    first,    // the target was never probed before
    changed,  // from `before`, which had lasted for `after`
    settled,  // changes were left out; `before` was told last
    still,    // a failure that has lasted for `after`
  };
  Kind kind = Kind::first;
  std::optional<Outcome> before;
  Outcome outcome = Outcome::ok;
  Nanoseconds after{};
  std::uint64_t changes_left_out = 0;   // since the last line
  std::uint64_t failures_left_out = 0;  // the same
  bool operator==(const StateNews&) const = default;
};

// "acme/dataset: ok -> server_error after 3 h 12 min".
std::string describe(const StateNews& news, const std::string& name);

class StateKeeper {
 public:
  // What is to be told of a result, if anything.
  std::optional<StateNews> take(Outcome outcome, MonoTime now);

 private:
  bool may_tell_change(MonoTime now);
  std::optional<StateNews> told(StateNews news, MonoTime now);

  std::optional<Outcome> outcome_;
  MonoTime since_{};  // when it took that outcome
  std::optional<Outcome> told_;
  MonoTime last_line_{};
  MonoTime window_start_{};
  std::uint64_t changes_in_window_ = 0;
  std::uint64_t changes_left_out_ = 0;
  std::uint64_t failures_left_out_ = 0;
};

}  // namespace reinfer
