#include "explain/verdict.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "explain/network_proof.h"
#include "explain/tenant_view.h"

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
constexpr base::Nanoseconds kPastShownFor = 24h;

class Sentence {
 public:
  Sentence& say(std::string text) {
    if (text.empty()) return *this;
    if (phrases_.empty() || phrases_.back().time)
      phrases_.push_back({std::move(text), {}});
    else
      phrases_.back().text += text;
    return *this;
  }
  Sentence& at(base::WallTime time) {
    phrases_.push_back({"", time});
    return *this;
  }
  Sentence& since(const std::optional<base::WallTime>& time) {
    return time ? say(" since ").at(*time) : *this;
  }
  std::vector<Phrase> take() {
    if (!phrases_.empty() && !phrases_[0].text.empty() && phrases_[0].text[0] >= 'a' &&
        phrases_[0].text[0] <= 'z')
      phrases_[0].text[0] = static_cast<char>(phrases_[0].text[0] - 'a' + 'A');
    return std::move(phrases_);
  }

 private:
  std::vector<Phrase> phrases_;
};

std::string of_probes(std::size_t count, std::size_t all) {
  return fmt::format("{} of {}", count, base::counted(all, "probe"));
}

std::string all_probes(std::size_t count) {
  return count == 1 ? "the probe is fine" : fmt::format("all {} probes fine", count);
}

// To stand before "failing".
std::string_view name_of(model::Fault fault) {
  if (fault == model::Fault::request) return "our request";
  return fault == model::Fault::monitor ? "this monitor" : to_label(fault);
}

std::string fault_words(const TenantView& view, model::Fault fault) {
  const std::string_view on_and_off =
      view.by_fault[static_cast<std::size_t>(fault)].on_and_off ? " on and off" : "";
  switch (fault) {
    case model::Fault::credentials:
      if (view.seen(model::Outcome::unauthorized)) return "token rejected";
      return view.seen(model::Outcome::token_unavailable) ? "no token to be had"
                                                          : "permission missing";
    case model::Fault::request:
      return view.seen(model::Outcome::throttled) ? "throttled" : "our request refused";
    case model::Fault::monitor:
    case model::Fault::none:
    case model::Fault::platform:
    case model::Fault::edge:
    case model::Fault::network:
      break;
  }
  return fmt::format("{} failing{}", name_of(fault), on_and_off);
}

void say_faults(const TenantView& view, Sentence& words) {
  bool first = true;
  for (const model::Fault fault : view.faults_by_weight()) {
    const FaultView& of_fault = view.by_fault[static_cast<std::size_t>(fault)];
    words.say(first ? "" : "; ").say(fault_words(view, fault)).since(of_fault.since);
    words.say(", " + of_probes(of_fault.failing, view.probes));
    first = false;
  }
  if (view.recovering > 0) words.say(fmt::format(" ({} recovering)", view.recovering));
}

void say_others(const TenantView& view, Sentence& words) {
  if (view.paused > 0) {
    words.say(fmt::format("; {} paused", base::counted(view.paused, "probe")));
    if (view.paused_by == model::SkipReason::budget) words.say(" by the budget");
  }
  if (view.stale > 0 && view.stale < view.judged())
    words.say(fmt::format("; no result from {}", base::counted(view.stale, "probe")))
        .since(view.stale_since);
  if (view.waiting > 0)
    words.say(fmt::format("; {} not probed yet", base::counted(view.waiting, "probe")));
}

void say_network(const NetworkProof& proof, Sentence& words) {
  if (!proof.claim.empty()) words.say("; " + proof.claim);
}

void say_past(const TenantView& view, Sentence& words) {
  if (view.past_fault == model::Fault::none) return;
  words.say(fmt::format("; before that {} failing", name_of(view.past_fault)));
  words.say(" from ").at(*view.past_since);
}

bool stalled_lately(const TenantView& view, base::Instant now) {
  return view.stalled && now.wall - *view.stalled < kStallShownFor;
}

bool past_matters(const TenantView& view, base::Instant now) {
  return view.fine_since && view.past_since && now.wall - *view.fine_since < kPastShownFor;
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

void say_quiet(const TenantView& view, TenantState state, Verdict& verdict, base::Instant now,
               Sentence& words) {
  switch (state) {
    case TenantState::waiting:
      words.say("not probed yet");
      return;
    case TenantState::stale:
      if (view.stale < view.judged()) {
        words.say(fmt::format("{} fine", of_probes(view.fine, view.probes)));
        say_others(view, words);
        return;
      }
      verdict.since = view.stale_since;
      words.say("no result").since(view.stale_since);
      words.say(": this monitor is stuck, nothing is known of the tenant");
      return;
    case TenantState::credentials:
      words.say(view.token_rejected ? "token rejected" : "waiting for a token");
      words.since(view.by_fault[static_cast<std::size_t>(model::Fault::credentials)].since);
      return say_others(view, words);
    case TenantState::paused:
      words.say("not probed at present");
      return say_others(view, words);
    case TenantState::throttled:
      words.say("throttled: the platform asked for a pause");
      return say_others(view, words);
    case TenantState::recovering:
      verdict.since = view.recovering_since;
      words.say(fmt::format("recovering: {} answer",
                            of_probes(view.recovering + view.fine, view.probes)));
      words.since(view.recovered_since);
      words.say(fmt::format("; {} failing from ", name_of(verdict.fault)))
          .at(*view.recovering_since);
      return say_others(view, words);
    case TenantState::monitor:
      words.say("this monitor stalled and missed slots until ").at(*view.stalled);
      words.say("; " + all_probes(view.probes));
      return;
    case TenantState::fine:
    case TenantState::degraded:
    case TenantState::failing:
    case TenantState::maintenance:
      break;
  }
  if (view.fine < view.probes) {
    words.say(fmt::format("{} fine", of_probes(view.fine, view.probes)));
    return say_others(view, words);
  }
  words.say(all_probes(view.probes));
  if (!past_matters(view, now)) return;
  verdict.since = view.fine_since;
  words.since(view.fine_since);
  say_past(view, words);
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
    say_network(proof, words);
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
