#include "explain/verdict_words.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"

namespace reinfer::explain {
namespace {

using namespace std::chrono_literals;

constexpr base::Nanoseconds kPastShownFor = 24h;

std::string of_probes(std::size_t count, std::size_t all) {
  return fmt::format("{} of {}", count, base::counted(all, "probe"));
}

std::string all_probes(std::size_t count) {
  return count == 1 ? "the probe is fine" : fmt::format("all {} probes fine", count);
}

// The subject of "failing".
std::string_view name_of(model::Fault fault) {
  if (fault == model::Fault::request) return "our request";
  return fault == model::Fault::monitor ? "this monitor" : to_label(fault);
}

std::string fault_words(const TenantView& view, model::Fault fault) {
  const std::string_view on_and_off =
      view.by_fault[static_cast<std::size_t>(fault)].on_and_off ? " on and off" : "";
  switch (fault) {
    case model::Fault::credentials:
      if (view.token_rejected) return "token rejected";
      if (view.seen(model::Outcome::unauthorized) && !view.refused_alone) return "token rejected";
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

void say_past(const TenantView& view, Sentence& words) {
  if (view.past_fault == model::Fault::none) return;
  words.say(fmt::format("; before that {} failing", name_of(view.past_fault)));
  words.say(" from ").at(*view.past_since);
}

bool past_matters(const TenantView& view, base::Instant now) {
  return view.fine_since && view.past_since && now.wall - *view.fine_since < kPastShownFor;
}

}  // namespace

Sentence& Sentence::say(std::string text) {
  if (text.empty()) return *this;
  if (phrases_.empty() || phrases_.back().time)
    phrases_.push_back({std::move(text), {}});
  else
    phrases_.back().text += text;
  return *this;
}

Sentence& Sentence::at(base::WallTime time) {
  phrases_.push_back({"", time});
  return *this;
}

Sentence& Sentence::since(const std::optional<base::WallTime>& time) {
  return time ? say(" since ").at(*time) : *this;
}

std::vector<Phrase> Sentence::take() {
  if (!phrases_.empty() && !phrases_[0].text.empty() && phrases_[0].text[0] >= 'a' &&
      phrases_[0].text[0] <= 'z')
    phrases_[0].text[0] = static_cast<char>(phrases_[0].text[0] - 'a' + 'A');
  return std::move(phrases_);
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

void say_contradiction(const TenantView& view, Sentence& words) {
  const std::string text = words_of(view.contradiction);
  if (!text.empty()) words.say("; " + text);
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
      say_contradiction(view, words);
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

}  // namespace reinfer::explain
