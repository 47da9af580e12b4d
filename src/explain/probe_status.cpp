#include "explain/probe_status.h"

#include <array>

namespace reinfer::explain {
namespace {

constexpr std::array<std::string_view, 6> kLabels = {"fine",   "recovering", "failing",
                                                     "paused", "stale",      "waiting"};

bool is_late(const model::Target& target, const record::HealthState& status, base::Instant now) {
  const base::Nanoseconds age = now.mono - status.finished->mono;
  return age > 3 * target.interval + target.deadlines.total;
}

std::uint64_t skipped(const record::HealthState& status, model::SkipReason reason) {
  return status.skipped[static_cast<std::size_t>(reason)];
}

// A budget that skips single slots is no pause; one that leaves the target late is.
std::optional<model::SkipReason> pause_of(const record::HealthState& status, bool late) {
  for (const model::SkipReason reason :
       {model::SkipReason::credentials, model::SkipReason::throttled})
    if (skipped(status, reason) > 0) return reason;
  if (late && skipped(status, model::SkipReason::budget) > 0) return model::SkipReason::budget;
  return std::nullopt;
}

ProbeStatus in_trouble(const record::Incident& trouble, model::Fault last, base::Instant now) {
  ProbeStatus found;
  const bool good_now = last == model::Fault::none;
  found.state = good_now ? ProbeState::recovering : ProbeState::failing;
  found.fault = good_now ? trouble.main_fault() : last;
  const auto& fault_since = trouble.fault_since[static_cast<std::size_t>(found.fault)];
  const base::Instant since = good_now ? trouble.good_since : fault_since.value_or(trouble.since);
  found.since = wall_of(since.mono, now);
  std::uint32_t total = 0;
  for (const std::uint32_t count : trouble.results)
    total += count;
  found.on_and_off = 4 * trouble.results[static_cast<std::size_t>(model::Fault::none)] >= total;
  return found;
}

}  // namespace

std::string_view to_label(ProbeState state) {
  return kLabels.at(static_cast<std::size_t>(state));
}

base::WallTime wall_of(base::MonoTime moment, base::Instant now) {
  return now.wall - (now.mono - moment);
}

ProbeStatus status_of(const record::Snapshot& snapshot, std::size_t index) {
  const record::TargetRecord& record = snapshot.targets[index];
  const record::HealthState& status = record.health;
  ProbeStatus found;
  if (!record.last || !status.finished) {
    found.paused_by = pause_of(status, true);
    if (found.paused_by) found.state = ProbeState::paused;
    return found;
  }
  const bool late = is_late(snapshot.plan->targets()[index], status, snapshot.taken);
  const model::Fault last = model::fault_of(record.last->outcome);
  const auto pause = pause_of(status, late);
  if (pause && (last == model::Fault::none || late)) {
    // A failure stays visible, however long the pause after it.
    if (last == model::Fault::none) {
      found.state = ProbeState::paused;
      found.since = wall_of(status.finished->mono, snapshot.taken);
    } else {
      found = in_trouble(*status.trouble, last, snapshot.taken);
    }
    found.paused_by = pause;
    return found;
  }
  if (late) {
    found.state = ProbeState::stale;
    found.since = wall_of(status.finished->mono, snapshot.taken);
  } else if (status.trouble) {
    found = in_trouble(*status.trouble, last, snapshot.taken);
  } else {
    found.state = ProbeState::fine;
    if (status.good_since) found.since = wall_of(status.good_since->mono, snapshot.taken);
  }
  return found;
}

}  // namespace reinfer::explain
