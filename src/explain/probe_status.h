// The state of one target at the time of a snapshot, for the page and for the verdict on its
// tenant. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "record/snapshot.h"

namespace reinfer::explain {

enum class ProbeState : std::uint8_t {
  fine,
  recovering,  // good again, but not often enough in a row to believe it
  failing,     // the last result was not ok
  paused,      // not probed at present, on purpose
  stale,       // no result for several intervals, without a known reason
  waiting,     // no result yet
};

struct ProbeStatus {
  ProbeState state = ProbeState::waiting;
  // Failing: of the last result. Recovering: of the incident that ends.
  model::Fault fault = model::Fault::none;
  std::optional<base::WallTime> since;  // of this state; failing: of this fault
  std::optional<model::SkipReason> paused_by;
  bool on_and_off = false;  // failing or recovering, with many good results in between
  bool operator==(const ProbeStatus&) const = default;
};

std::string_view to_label(ProbeState state);

ProbeStatus status_of(const record::Snapshot& snapshot, std::size_t target);

// A moment of the past as the wall clock of now would have shown it.
base::WallTime wall_of(base::MonoTime moment, base::Instant now);

}  // namespace reinfer::explain
