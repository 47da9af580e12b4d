#include "explain/verdict.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "explain/network_proof.h"
#include "explain/tenant_view.h"
#include "explain/verdict_words.h"

namespace reinfer::explain {
namespace {

using namespace std::chrono_literals;

struct StateRow {
  std::string_view label;
  std::string_view heading;
  bool trouble;
};

// In the order of TenantState.
constexpr std::array<StateRow, kTenantStateCount> kStates = {{
    {"fine", "All fine", false},
    {"recovering", "Recovering", true},
    {"degraded", "Degraded", true},
    {"failing", "Failing", true},
    {"throttled", "Throttled", true},
    {"credentials", "Credentials", true},
    {"maintenance", "Maintenance", false},
    {"stale", "No results", true},
    {"monitor", "Monitor trouble", true},
    {"waiting", "Not probed yet", false},
    {"paused", "Paused", false},
}};

constexpr base::Nanoseconds kStallShownFor = 5min;

bool stalled_lately(const TenantView& view, base::Instant now) {
  return view.stalled && now.wall - *view.stalled < kStallShownFor;
}

TenantState state_of(const TenantView& view, base::Instant now) {
  if (view.judged() == 0 && view.paused == 0) return TenantState::waiting;
  if (view.stale > 0 && view.stale == view.judged()) return TenantState::stale;
  const model::Fault fault = view.main_fault();
  if (view.token_rejected || fault == model::Fault::credentials) return TenantState::credentials;
  if (fault == model::Fault::monitor) return TenantState::monitor;
  if (fault == model::Fault::request && view.seen(model::Outcome::throttled))
    return TenantState::throttled;
  if (view.failing > 0)
    return 2 * view.failing > view.probes ? TenantState::failing : TenantState::degraded;
  if (view.paused > 0 && view.paused_by == model::SkipReason::credentials)
    return TenantState::credentials;
  if (view.paused > 0 && view.paused_by == model::SkipReason::throttled)
    return TenantState::throttled;
  if (view.stale > 0) return TenantState::stale;
  if (view.recovering > 0) return TenantState::recovering;
  if (view.judged() == 0) return TenantState::paused;
  return stalled_lately(view, now) ? TenantState::monitor : TenantState::fine;
}

std::optional<base::WallTime> end_of_window(const model::Tenant& tenant, base::WallTime now) {
  std::optional<base::WallTime> end;
  for (const model::MaintenanceWindow& window : tenant.maintenance)
    if (const auto* once = std::get_if<model::OneTimeWindow>(&window))
      if (once->start <= now && now < once->end) end = std::max(end.value_or(now), once->end);
  return end;
}

Verdict judge_tenant(const record::Snapshot& snapshot, const std::vector<TenantView>& views,
                     std::size_t index) {
  const TenantView& view = views[index];
  const base::Instant now = snapshot.taken;
  Verdict verdict;
  verdict.probes = view.probes;
  verdict.failing = view.failing;
  verdict.recovering = view.recovering;
  verdict.state = state_of(view, now);
  verdict.fault = view.main_fault();
  if (verdict.fault == model::Fault::none) verdict.fault = view.recovering_fault;
  if (verdict.state == TenantState::stale || verdict.state == TenantState::monitor)
    verdict.fault = model::Fault::monitor;
  if (verdict.state == TenantState::credentials) verdict.fault = model::Fault::credentials;
  const TenantState heard = verdict.state;

  Sentence words;
  const bool maintenance = snapshot.tenants[index].in_maintenance;
  if (maintenance) {
    verdict.state = TenantState::maintenance;
    words.say("in maintenance");
    if (const auto end = end_of_window(snapshot.plan->tenants()[index], now.wall))
      words.say(" until ").at(*end);
    words.say("; ");
  }
  if (view.failing > 0 && heard != TenantState::stale) {
    verdict.since = view.by_fault[static_cast<std::size_t>(view.main_fault())].since;
    const NetworkProof proof = prove_network(snapshot, views, index);
    verdict.proof = proof.why;
    if (heard == TenantState::credentials && view.main_fault() != model::Fault::credentials) {
      verdict.since = view.by_fault[static_cast<std::size_t>(model::Fault::credentials)].since;
      words.say("token rejected").since(verdict.since).say("; ");
    }
    say_faults(view, words);
    say_contradiction(view, words);
    if (!proof.claim.empty()) words.say("; " + proof.claim);
    say_others(view, words);
  } else {
    say_quiet(view, heard, verdict, now, words);
  }
  if (heard == TenantState::credentials && !verdict.since)
    verdict.since = view.by_fault[static_cast<std::size_t>(model::Fault::credentials)].since;
  verdict.words = words.take();
  return verdict;
}

}  // namespace

std::string_view to_label(TenantState state) {
  return kStates.at(static_cast<std::size_t>(state)).label;
}
std::string_view heading_of(TenantState state) {
  return kStates.at(static_cast<std::size_t>(state)).heading;
}
bool is_trouble(TenantState state) {
  return kStates.at(static_cast<std::size_t>(state)).trouble;
}

std::vector<Verdict> judge_tenants(const record::Snapshot& snapshot) {
  const std::vector<TenantView> views = view_tenants(snapshot);
  std::vector<Verdict> verdicts;
  for (std::size_t i = 0; i < views.size(); ++i)
    verdicts.push_back(judge_tenant(snapshot, views, i));
  return verdicts;
}

std::string clock_text(base::WallTime moment, base::WallTime now) {
  using Days = std::chrono::duration<std::int64_t, std::ratio<86400>>;
  const auto day = [](base::WallTime t) {
    return std::chrono::floor<Days>(t.time_since_epoch()).count();
  };
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(moment.time_since_epoch()).count();
  return day(moment) == day(now) ? fmt::format("{:%H:%M}", fmt::gmtime(seconds))
                                 : fmt::format("{:%d %b %H:%M}", fmt::gmtime(seconds));
}

std::string sentence(const Verdict& verdict, base::WallTime now) {
  std::string text;
  for (const Phrase& phrase : verdict.words)
    text += phrase.time ? clock_text(*phrase.time, now) + " UTC" : phrase.text;
  return text;
}

}  // namespace reinfer::explain
