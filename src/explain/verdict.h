// Snapshot -> what is the matter with each tenant, in words: "Platform failing since 02:14 UTC, 3
// of 4 probes; network fine". For the page, its plain twin and whoever else speaks to people. It
// says only what is known: a fine network needs a reply of the API or its edge, or a control target
// that answered. Pure; any thread.
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
  credentials,  // the token is rejected, missing or may not do what it should
  maintenance,  // inside a configured window, whatever the probes say
  stale,        // no results: nothing is known
  monitor,      // the exporter has trouble of its own
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
  model::Fault fault = model::Fault::none;  // whose it is, where something fails or just failed
  std::optional<base::WallTime>
      since;  // of the trouble; of `fine`: since the last trouble was over
  std::size_t probes = 0;
  std::size_t failing = 0;
  std::size_t recovering = 0;
  std::vector<Phrase> words;
  std::string
      proof;  // how it is known that the network is fine, or our way out; empty if it is not
  bool operator==(const Verdict&) const = default;
};

std::string_view to_label(TenantState state);
// For readers: "Failing", "All fine".
std::string_view heading_of(TenantState state);
// Whether somebody should look.
bool is_trouble(TenantState state);

// One for each tenant, in the plan's order.
std::vector<Verdict> judge_tenants(const record::Snapshot& snapshot);

// The words with moments in UTC, with the day where it is not that of `now`.
std::string sentence(const Verdict& verdict, base::WallTime now);
// "02:14" or "23 Nov 02:14"; always UTC, and the reader has to say so.
std::string clock_text(base::WallTime moment, base::WallTime now);

}  // namespace reinfer::explain
