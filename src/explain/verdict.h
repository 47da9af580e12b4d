// The verdict on each tenant of a snapshot, in words: "Platform failing since 02:14 UTC, 3 of 4
// probes; network fine". Used by the page, its plain text and the API. It claims only known facts:
// a fine network needs a reply of the API or its edge, or a control target that answered. Pure; any
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "explain/probe_status.h"
#include "record/snapshot.h"

namespace reinfer::explain {

enum class TenantState : std::uint8_t {
  fine,
  recovering,   // every probe answers again, but not yet often enough in a row
  degraded,     // up to half of the probes fail
  failing,      // more than half of them
  throttled,    // the platform is alive and wants less
  credentials,  // the token is rejected, missing or lacks a permission
  maintenance,  // inside a configured window, whatever the probes say
  stale,        // no results: nothing is known
  monitor,      // the exporter itself has failed or stalled
  waiting,      // nothing was probed yet
  paused,       // nothing is probed at present, on purpose: nothing is known
};
inline constexpr std::size_t kTenantStateCount = 11;

// A piece of a sentence: text, or a moment that each reader sees on a clock of their own.
struct Phrase {
  std::string text;
  std::optional<base::WallTime> time;
  bool operator==(const Phrase&) const = default;
};

struct Verdict {
  TenantState state = TenantState::waiting;
  model::Fault fault = model::Fault::none;  // where something fails or just failed
  // The start of the incident; of `fine`: the end of the last one.
  std::optional<base::WallTime> since;
  std::size_t probes = 0;
  std::size_t failing = 0;
  std::size_t recovering = 0;
  std::vector<Phrase> words;
  std::string proof;  // the evidence that the network is fine; empty if it is not known
  bool operator==(const Verdict&) const = default;
};

std::string_view to_label(TenantState state);
// For readers: "Failing", "All fine".
std::string_view heading_of(TenantState state);
// Whether somebody should have a look.
bool is_trouble(TenantState state);

// One for each tenant, in the plan's order.
std::vector<Verdict> judge_tenants(const record::Snapshot& snapshot);

// The words as text: moments in UTC, with their day where it differs from that of `now`.
std::string sentence(const Verdict& verdict, base::WallTime now);
// "02:14" or "23 Nov 02:14"; always UTC, which the text around it has to say.
std::string clock_text(base::WallTime moment, base::WallTime now);

}  // namespace reinfer::explain
