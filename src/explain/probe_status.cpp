#include "explain/probe_status.h"

#include <array>

namespace reinfer {
namespace {

constexpr std::array<std::string_view, 6> kLabels = {"fine",   "recovering", "failing",
                                                     "paused", "stale",      "waiting"};

bool is_late(const Target& target, const Standing& standing, Instant now) {
  const Nanoseconds age = now.mono - standing.finished->mono;
  return age > 3 * target.interval + target.deadlines.total;
}

std::uint64_t skipped(const Standing& standing, SkipReason reason) {
  return standing.skipped[static_cast<std::size_t>(reason)];
}

// A budget that leaves out every other slot is no pause; one that lasts is.
std::optional<SkipReason> pause_of(const Standing& standing, bool late) {
  for (const SkipReason reason : {SkipReason::credentials, SkipReason::throttled})
    if (skipped(standing, reason) > 0) return reason;
  if (late && skipped(standing, SkipReason::budget) > 0) return SkipReason::budget;
  return std::nullopt;
}

ProbeStanding in_trouble(const Episode& trouble, Fault last, Instant now) {
  ProbeStanding found;
  const bool good_now = last == Fault::none;
  found.state = good_now ? ProbeState::recovering : ProbeState::failing;
  found.fault = good_now ? trouble.main_fault() : last;
  const auto& fault_since = trouble.fault_since[static_cast<std::size_t>(found.fault)];
  const Instant since = good_now ? trouble.good_since : fault_since.value_or(trouble.since);
  found.since = wall_of(since.mono, now);
  std::uint32_t total = 0;
  for (const std::uint32_t count : trouble.results)
    total += count;
  found.on_and_off = 4 * trouble.results[static_cast<std::size_t>(Fault::none)] >= total;
  return found;
}

}  // namespace

std::string_view to_label(ProbeState state) {
  return kLabels.at(static_cast<std::size_t>(state));
}

WallTime wall_of(MonoTime moment, Instant now) {
  return now.wall - (now.mono - moment);
}

ProbeStanding standing_of(const Snapshot& snapshot, std::size_t index) {
  const TargetRecord& record = snapshot.targets[index];
  const Standing& standing = record.standing;
  ProbeStanding found;
  if (!record.last || !standing.finished) {
    found.paused_by = pause_of(standing, true);
    if (found.paused_by) found.state = ProbeState::paused;
    return found;
  }
  const bool late = is_late(snapshot.plan->targets()[index], standing, snapshot.taken);
  const Fault last = fault_of(record.last->outcome);
  const auto pause = pause_of(standing, late);
  if (pause && (last == Fault::none || late)) {
    // What a failed probe has to say stays, however long its pause.
    if (last == Fault::none) {
      found.state = ProbeState::paused;
      found.since = wall_of(standing.finished->mono, snapshot.taken);
    } else {
      found = in_trouble(*standing.trouble, last, snapshot.taken);
    }
    found.paused_by = pause;
    return found;
  }
  if (late) {
    found.state = ProbeState::stale;
    found.since = wall_of(standing.finished->mono, snapshot.taken);
  } else if (standing.trouble) {
    found = in_trouble(*standing.trouble, last, snapshot.taken);
  } else {
    found.state = ProbeState::fine;
    if (standing.good_since) found.since = wall_of(standing.good_since->mono, snapshot.taken);
  }
  return found;
}

}  // namespace reinfer
