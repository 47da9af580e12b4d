#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "explain/outcome_words.h"
#include "terminal/probe_card.h"
#include "terminal/probe_summary.h"
#include "terminal/style.h"
#include "terminal/waterfall.h"
#include "tests/unit/goldens.h"
#include "tests/unit/plans.h"

namespace reinfer {
namespace {

using namespace std::chrono_literals;

constexpr TerminalStyle kPlain{80, false, false};
constexpr TerminalStyle kRich{80, true, true};
const WallTime kNow{1795392000s};

ProbeResult good_result() {
  ProbeResult result;
  result.target = TargetIndex{1};
  result.finished.wall = kNow;
  result.outcome = Outcome::ok;
  result.http_status = 200;
  result.request_id = "0e4a4f36-0000-4000-8000-000000000001";
  result.phases = {1200us, 5ms, 12ms, 100us, 40ms, 400us, 58800us};
  result.server_processing = 37700us;
  result.network_overhead = 2300us;
  result.server_timing_state = ServerTimingState::ok;
  result.tls = TlsFacts{"TLSv1.3", "TLS_AES_256_GCM_SHA384", kNow + 10 * 24h};
  result.remote_address = "192.0.2.7:443";
  return result;
}

ProbeResult timed_out_result() {
  ProbeResult result = good_result();
  result.outcome = Outcome::response_timeout;
  result.http_status.reset();
  result.phases = {{}, 5ms, 12ms, 100us, 9982900us, {}, 10s};
  result.server_processing.reset();
  result.network_overhead.reset();
  result.server_timing_state.reset();
  result.message = "no reply within 10s";
  result.request_headers = {{"x-request-id", result.request_id}};
  return result;
}

const TokenFacts kAccepted{true, 0, {}, 0, kNow + 40min};
const TokenFacts kUnknown{};

std::size_t longest_line(const std::string& text) {
  std::istringstream lines(text);
  std::size_t longest = 0;
  for (std::string line; std::getline(lines, line);)
    if (line.find("  curl") != 0) longest = std::max(longest, line.size());
  return longest;
}

TEST_CASE("every outcome has words of its own, as whole sentences") {
  std::set<std::string_view> seen;
  for (const Outcome outcome : all_outcomes()) {
    CAPTURE(to_label(outcome));
    const OutcomeWords& words = words_of(outcome);
    for (const std::string_view text : {words.what, words.next_step}) {
      CHECK(seen.insert(text).second);
      CHECK(text.size() >= 14);
      CHECK(text.back() == '.');
      CHECK((text.front() >= 'A' && text.front() <= 'Z'));
    }
  }
}

TEST_CASE("every fault has a name that fits a sentence") {
  CHECK(words_of(Fault::none) == "nobody");
  CHECK(words_of(Fault::platform) == "the platform");
  CHECK(words_of(Fault::monitor) == "the monitor itself");
}

TEST_CASE("a probe in one line says whose fault a failure is") {
  const auto plan = plan_from(kTwoTenants);
  ProbeResult result = timed_out_result();
  result.outcome = Outcome::gateway_error;
  result.http_status = 502;
  CHECK(render_headline(*plan, result, kPlain) ==
        "acme/dataset  gateway_error  502  10 s  fault: the edge in front of the platform");
}

TEST_CASE("the card of a good probe shows its phases in proportion and whose time the wait was") {
  const auto plan = plan_from(kTwoTenants);
  check_golden("card_ok.txt", render_card(*plan, good_result(), kAccepted, kPlain));
  check_golden("card_ok_rich.txt", render_card(*plan, good_result(), kAccepted, kRich));
}

TEST_CASE("the card of a failure says where it ended, whose fault it is and what to do") {
  const auto plan = plan_from(kTwoTenants);
  check_golden("card_timeout.txt", render_card(*plan, timed_out_result(), kUnknown, kPlain));
  check_golden("card_timeout_rich.txt", render_card(*plan, timed_out_result(), kUnknown, kRich));
}

TEST_CASE("a card fits a narrow terminal, but for the URL and the command to paste") {
  const auto plan = plan_from(kTwoTenants);
  const std::string card = render_card(*plan, timed_out_result(), kUnknown, {60, false, false});
  check_golden("card_timeout_60_columns.txt", card);
  const auto second_line = card.find('\n', card.find('\n') + 1);
  CHECK(longest_line(card.substr(second_line)) <= 60);
}

TEST_CASE("bars never leave their columns, whatever was measured") {
  for (const std::size_t columns : {40U, 60U, 80U, 200U}) {
    for (const Nanoseconds wait : std::vector<Nanoseconds>{0ns, 1ns, 40ms, 3600s}) {
      ProbeResult result = good_result();
      result.phases.wait = wait;
      result.phases.total = 58ms;
      CAPTURE(columns);
      CAPTURE(wait.count());
      CHECK(longest_line(render_waterfall(result, {columns, false, false})) <= columns);
    }
  }
}

TEST_CASE("a probe that was never sent has no waterfall") {
  ProbeResult result;
  result.outcome = Outcome::token_unavailable;
  CHECK(render_waterfall(result, kPlain).empty());
  const auto plan = plan_from(kTwoTenants);
  result.message = "the file tokens/acme cannot be read";
  const std::string card = render_card(*plan, result, kUnknown, kPlain);
  CHECK(card.find("curl") == std::string::npos);
  CHECK(card.find("tokens/acme") != std::string::npos);
}

TEST_CASE("what is over or nearly over is said of certificate and token") {
  const auto plan = plan_from(kTwoTenants);
  ProbeResult result = good_result();
  result.tls->earliest_expiry = kNow - 3 * 24h;
  const std::string card =
      render_card(*plan, result, TokenFacts{false, 0, {}, 0, kNow - 5min}, kPlain);
  CHECK(card.find("certificate expired 2026-11-20 00:00 UTC, 3 days ago") != std::string::npos);
  CHECK(card.find("token       refused, expired 2026-11-22 23:55 UTC, 5 min 0 s ago") !=
        std::string::npos);
}

TEST_CASE("a platform that tells more than we waited does not stretch the waterfall") {
  ProbeResult result = good_result();
  result.server_processing = 90ms;
  result.network_overhead = 0ms;
  result.server_timing_state = ServerTimingState::exceeds_wait;
  CHECK(longest_line(render_waterfall(result, kPlain)) <= 80);
  const auto plan = plan_from(kTwoTenants);
  CHECK(render_card(*plan, result, kUnknown, kPlain).find("more than we waited") !=
        std::string::npos);
}

TEST_CASE("a card says when the figures are not to be trusted, and why") {
  const auto plan = plan_from(kTwoTenants);
  ProbeResult result = good_result();
  CHECK(render_card(*plan, result, kUnknown, kPlain).find("doubt") == std::string::npos);
  result.uncertainty.wait = 40ms;
  CHECK(render_card(*plan, result, kUnknown, kPlain).find("may be off by 40 ms") !=
        std::string::npos);
  result.uncertainty.clock_stepped = true;
  CHECK(render_card(*plan, result, kUnknown, kPlain).find("the clock was set") !=
        std::string::npos);
}

TEST_CASE("text is broken between words and indented") {
  CHECK(wrapped("one two three", 9, 2) == "one two\n  three");
  CHECK(wrapped("unbreakable-word x", 5, 1) == "unbreakable-word\n x");
  CHECK(wrapped("", 10, 2).empty());
}

TEST_CASE("without colour there is no escape sequence") {
  CHECK(painted(kPlain, Ink::bad, "x") == "x");
  CHECK(painted(kRich, Ink::bad, "x") == "\x1b[31mx\x1b[0m");
  CHECK(painted(kRich, Ink::plain, "x") == "x");
}

TEST_CASE("a percentile is a value that was measured") {
  std::vector<Nanoseconds> hundred;
  for (int i = 1; i <= 100; ++i)
    hundred.emplace_back(i);
  CHECK(percentile(hundred, 50) == 50ns);
  CHECK(percentile(hundred, 99) == 99ns);
  CHECK(percentile(hundred, 100) == 100ns);
  CHECK(percentile({7ns}, 50) == 7ns);
  CHECK(percentile({1ns, 2ns}, 50) == 1ns);
  CHECK_FALSE(percentile({}, 50).has_value());
}

TEST_CASE("repeated probes are summed up by outcome and fault, failures in no percentile") {
  const auto plan = plan_from(kTwoTenants);
  ProbeSummary summary(*plan);
  for (int i = 1; i <= 20; ++i) {
    ProbeResult result = good_result();
    result.phases.total = i * 10ms;
    summary.add(result);
  }
  summary.add(timed_out_result());
  ProbeResult resent = good_result();
  resent.resent = true;
  resent.phases.total = 1h;
  summary.add(resent);
  ProbeResult spoilt = good_result();
  spoilt.phases.total = 1h;
  spoilt.uncertainty.total = 30min;
  summary.add(spoilt);
  summary.add_skipped(TargetIndex{1}, SkipReason::overlap, 3);
  summary.add_skipped(TargetIndex{2}, SkipReason::throttled);
  CHECK(summary.results() == 23);
  CHECK(summary.failures() == 1);
  check_golden("summary.txt", render_summary(*plan, summary, 105s, 1, kPlain));
  check_golden("summary_rich.txt", render_summary(*plan, summary, 105s, 0, kRich));
}

TEST_CASE("progress never fills the last column") {
  const Progress progress{3, 20, 12, 1, 2};
  CHECK(render_progress(progress, kPlain) == "round 3 of 20, 11 ok, 1 failed, 2 under way");
  CHECK(render_progress(progress, {20, false, false}).size() == 19);
}

}  // namespace
}  // namespace reinfer
