#include "terminal/probe_card.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/duration.h"
#include "explain/curl_line.h"
#include "explain/outcome_words.h"
#include "terminal/waterfall.h"

namespace reinfer::terminal {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kCardNameColumns = 14;  // with the two blanks before the name
constexpr base::Nanoseconds kExpiresSoon = 14 * 24h;

std::string at_minute(base::WallTime t) {
  return fmt::format("{:%Y-%m-%d %H:%M} UTC",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(
                         std::chrono::time_point_cast<std::chrono::system_clock::duration>(t))));
}

std::string in_words(base::Nanoseconds d) {
  return d < 48h ? base::describe_duration(d) : fmt::format("{} days", d / 24h);
}

struct Expiry {
  std::string text;
  Ink ink = Ink::plain;
};

Expiry expiry_of(base::WallTime expiry, base::WallTime now, base::Nanoseconds soon) {
  const std::string when = at_minute(expiry);
  if (expiry <= now)
    return {fmt::format("expired {}, {} ago", when, in_words(now - expiry)), Ink::bad};
  return {fmt::format("expires {}, in {}", when, in_words(expiry - now)),
          expiry - now < soon ? Ink::warning : Ink::plain};
}

std::string fact(const TerminalStyle& style, std::string_view name, std::string_view text,
                 Ink ink = Ink::plain) {
  std::string line =
      painted(style, Ink::faint, fmt::format("  {:<{}}", name, kCardNameColumns - 2));
  return line + painted(style, ink, wrapped(text, style.columns, kCardNameColumns)) + '\n';
}

std::string verdict_facts(const model::Plan& plan, const model::ProbeResult& result,
                          const TerminalStyle& style) {
  const explain::OutcomeWords& words = explain::words_of(result.outcome, result.cause);
  if (result.outcome == model::Outcome::ok) return fact(style, "verdict", words.what, Ink::good);
  const auto fault = explain::words_of(model::fault_of(result.outcome));
  std::string text = fact(style, "verdict", fmt::format("{} At fault: {}.", words.what, fault),
                          ink_of(model::fault_of(result.outcome)));
  text += fact(style, "next", words.next_step);
  if (!result.message.empty()) text += fact(style, "message", result.message);
  // One piece, to be pasted.
  if (result.outcome != model::Outcome::token_unavailable)
    text += painted(style, Ink::faint, fmt::format("  {:<{}}", "curl", kCardNameColumns - 2)) +
            explain::to_curl_line(plan, result) + '\n';
  return text;
}

std::string connection_facts(const model::ProbeResult& result, const TerminalStyle& style) {
  if (result.remote_address.empty()) return "";
  std::string text = result.remote_address;
  text += result.connection_reused ? ", connection used again" : ", new connection";
  if (result.tls) text += ", " + result.tls->version;
  if (result.resent) text += ", sent again by libcurl because the kept connection was dead";
  return fact(style, "address", text);
}

std::string trust_facts(const model::ProbeResult& result, const TerminalStyle& style) {
  const auto total = model::distrust_of_total(result);
  const auto reason = total ? total : model::distrust_of_wait(result);
  if (!reason) return "";
  if (*reason == model::Distrust::clock_step)
    return fact(style, "doubt", "the clock was set, or the machine slept, meanwhile", Ink::warning);
  const base::Nanoseconds off = std::max(result.uncertainty.total, result.uncertainty.wait);
  return fact(style, "doubt",
              fmt::format("this program was late: its figures may be off by {}",
                          base::describe_duration(off)),
              Ink::warning);
}

std::string certificate_facts(const model::ProbeResult& result, const TerminalStyle& style) {
  if (!result.tls || !result.tls->earliest_expiry) return "";
  const Expiry expiry = expiry_of(*result.tls->earliest_expiry, result.finished.wall, kExpiresSoon);
  return fact(style, "certificate", expiry.text, expiry.ink);
}

std::string token_facts(const model::TokenFacts& token, base::WallTime now,
                        const TerminalStyle& style) {
  std::string text = "not judged by a reply yet";
  Ink ink = Ink::plain;
  if (token.accepted) {
    text = *token.accepted ? "accepted" : "refused";
    ink = *token.accepted ? Ink::plain : Ink::bad;
  }
  if (token.expiry) {
    // OAuth tokens live an hour by design and are renewed in time: a near expiry is no warning.
    const Expiry expiry = expiry_of(*token.expiry, now, 0s);
    text += ", " + expiry.text;
    if (expiry.ink != Ink::plain) ink = expiry.ink;
  }
  return fact(style, "token", text, ink);
}

std::string timing_facts(const model::ProbeResult& result, const TerminalStyle& style) {
  if (!result.server_timing_state) return "";
  switch (*result.server_timing_state) {
    case model::ServerTimingState::ok:
      return "";
    case model::ServerTimingState::missing:
      return fact(style, "timing", "the server does not say how long it took");
    case model::ServerTimingState::invalid:
      return fact(style, "timing", "what the server says of its time is no number");
    case model::ServerTimingState::exceeds_wait:
      return fact(style, "timing",
                  "the server time is more than we waited: it is drawn as "
                  "the whole wait",
                  Ink::warning);
  }
  return "";
}

}  // namespace

std::string render_headline(const model::Plan& plan, const model::ProbeResult& result,
                            const TerminalStyle& style) {
  const model::Target& target = plan.target(result.target);
  const bool ok = result.outcome == model::Outcome::ok;
  std::string line =
      painted(style, Ink::strong, fmt::format("{}/{}", target.tenant_name, target.probe));
  line += "  " + outcome_name(style, result.outcome);
  if (result.http_status) line += fmt::format("  {}", *result.http_status);
  if (result.phases.total) line += "  " + base::describe_duration(*result.phases.total);
  if (result.server_processing)
    line += "  server " + base::describe_duration(*result.server_processing);
  if (result.network_overhead)
    line += "  path " + base::describe_duration(*result.network_overhead);
  if (!ok) line += fmt::format("  fault: {}", explain::words_of(model::fault_of(result.outcome)));
  return line;
}

std::string render_card(const model::Plan& plan, const model::ProbeResult& result,
                        const model::TokenFacts& token, const TerminalStyle& style) {
  const model::Target& target = plan.target(result.target);
  std::string text = render_headline(plan, result, style) + '\n';
  text += painted(style, Ink::faint, fmt::format("  {} {}", target.method, target.url)) + '\n';
  text += render_waterfall(result, style);
  text += verdict_facts(plan, result, style);
  text += timing_facts(result, style);
  text += trust_facts(result, style);
  text += connection_facts(result, style);
  text += certificate_facts(result, style);
  text += token_facts(token, result.finished.wall, style);
  if (!result.request_id.empty()) text += fact(style, "request id", result.request_id);
  return text + '\n';
}

std::string render_contradiction(const explain::TokenContradiction& contradiction,
                                 const TerminalStyle& style) {
  const std::string words = explain::words_of(contradiction);
  return words.empty() ? "" : fact(style, "one token", words, Ink::bad);
}

}  // namespace reinfer::terminal
