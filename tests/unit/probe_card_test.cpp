#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "explain/outcome_words.h"
#include "terminal/duration_bars.h"
#include "terminal/probe_card.h"
#include "terminal/probe_csv.h"
#include "terminal/probe_summary.h"
#include "terminal/style.h"
#include "terminal/waterfall.h"
#include "tests/unit/goldens.h"
#include "tests/unit/plans.h"

namespace reinfer::tests::probe_card_test {
namespace {

using namespace std::chrono_literals;

constexpr terminal::TerminalStyle kPlain{80, false, false};
constexpr terminal::TerminalStyle kRich{80, true, true};
const base::WallTime kNow{1795392000s};

model::ProbeResult good_result() {
  model::ProbeResult result;
  result.target = model::TargetIndex{1};
  result.finished.wall = kNow;
  result.outcome = model::Outcome::ok;
  result.http_status = 200;
  result.request_id = "0e4a4f36-0000-4000-8000-000000000001";
  result.phases = {1200us, 5ms, 12ms, 100us, 40ms, 400us, 58800us};
  result.server_processing = 37700us;
  result.network_overhead = 2300us;
  result.server_timing_state = model::ServerTimingState::ok;
  result.tls = model::TlsFacts{"TLSv1.3", "TLS_AES_256_GCM_SHA384", kNow + 10 * 24h};
  result.remote_address = "192.0.2.7:443";
  return result;
}

model::ProbeResult timed_out_result() {
  model::ProbeResult result = good_result();
  result.outcome = model::Outcome::response_timeout;
  result.http_status.reset();
  result.phases = {{}, 5ms, 12ms, 100us, 9982900us, {}, 10s};
  result.server_processing.reset();
  result.network_overhead.reset();
  result.server_timing_state.reset();
  result.message = "no reply within 10s";
  result.request_headers = {{"x-request-id", result.request_id}};
  return result;
}

const model::TokenFacts kAccepted{true, 0, {}, 0, kNow + 40min};
const model::TokenFacts kUnknown{};

std::size_t longest_line(const std::string& text) {
  std::istringstream lines(text);
  std::size_t longest = 0;
  for (std::string line; std::getline(lines, line);)
    if (line.find("  curl") != 0 && line.find("  -") != 0 && line.find("  '") != 0)
      longest = std::max(longest, line.size());
  return longest;
}

TEST_CASE("tenants that contradict each other about one token are one line in words") {
  const auto plan = plan_from(R"(
[[tenant]]
name = "production"
base_url = "https://cloud.uipath.com/acme/production/reinfer_"
token_env = "A"
[[tenant.probe]]
use = "projects"
[[tenant]]
name = "sandbox"
base_url = "https://cloud.uipath.com/acme/sandbox/reinfer_"
token_env = "A"
[[tenant.probe]]
use = "projects"
)");
  const auto said = [&](std::optional<bool> first, std::optional<bool> second,
                        std::uint64_t token_of_second = 7) {
    std::vector<model::TokenFacts> facts(2);
    facts[0].accepted = first;
    facts[0].judged_token = 7;
    facts[0].judged_at = base::MonoTime{2s};
    facts[1].accepted = second;
    facts[1].judged_token = token_of_second;
    facts[1].judged_at = base::MonoTime{2s};
    return terminal::render_contradiction(
        explain::contradiction_of(*plan, facts, model::TenantIndex{1}, base::MonoTime{1s}), kPlain);
  };
  CHECK(said(true, false) ==
        "  one token   accepted by production, refused by sandbox: a permission or a\n"
        "              tenant, not the token\n");
  CHECK(said(true, true).empty());
  CHECK(said(false, false).empty());
  CHECK(said(std::nullopt, false).empty());
  CHECK(said(true, false, 8).empty());
}

TEST_CASE("every outcome has words of its own, as whole sentences") {
  std::set<std::string_view> seen;
  for (const model::Outcome outcome : model::all_outcomes()) {
    CAPTURE(model::to_label(outcome));
    const explain::OutcomeWords& words = explain::words_of(outcome);
    for (const std::string_view text : {words.what, words.next_step}) {
      CHECK(seen.insert(text).second);
      CHECK(text.size() >= 14);
      CHECK(text.back() == '.');
      CHECK((text.front() >= 'A' && text.front() <= 'Z'));
    }
  }
}

TEST_CASE("a cause that is known has words of its own") {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < model::kCauseCount; ++i) {
    CAPTURE(i);
    const auto& words = explain::words_of(model::Outcome::tls_error, model::Cause(i));
    for (const std::string_view text : {words.what, words.next_step}) {
      CHECK(seen.insert(text).second);
      CHECK(text.back() == '.');
    }
    // Only then is our clock likely to be wrong.
    const bool clock = words.next_step.find("clock") != std::string_view::npos;
    CHECK(clock == (model::Cause(i) == model::Cause::certificate_not_yet_valid));
  }
  const auto& unknown = explain::words_of(model::Outcome::dns_error, model::Cause::name_unknown);
  CHECK(unknown.what.find("in time") == std::string_view::npos);
}

TEST_CASE("every fault has a name that fits a sentence") {
  CHECK(explain::words_of(model::Fault::none) == "nobody");
  CHECK(explain::words_of(model::Fault::platform) == "the platform");
  CHECK(explain::words_of(model::Fault::monitor) == "the monitor itself");
}

TEST_CASE("a probe in one line says whose fault a failure is") {
  const auto plan = plan_from(kTwoTenants);
  model::ProbeResult result = timed_out_result();
  result.outcome = model::Outcome::gateway_error;
  result.http_status = 502;
  CHECK(terminal::render_headline(*plan, result, kPlain) ==
        "acme/dataset  gateway_error  502  10 s  fault: the edge in front of the platform");
}

TEST_CASE("the card of a good probe shows its phases in proportion and whose time the wait was") {
  const auto plan = plan_from(kTwoTenants);
  check_golden("card_ok.txt", terminal::render_card(*plan, good_result(), kAccepted, kPlain));
  check_golden("card_ok_rich.txt", terminal::render_card(*plan, good_result(), kAccepted, kRich));
}

TEST_CASE("the card of a failure says where it ended, whose fault it is and what to do") {
  const auto plan = plan_from(kTwoTenants);
  check_golden("card_timeout.txt",
               terminal::render_card(*plan, timed_out_result(), kUnknown, kPlain));
  check_golden("card_timeout_rich.txt",
               terminal::render_card(*plan, timed_out_result(), kUnknown, kRich));
}

TEST_CASE("a card fits a narrow terminal, but for the URL and the command to paste") {
  const auto plan = plan_from(kTwoTenants);
  const std::string card =
      terminal::render_card(*plan, timed_out_result(), kUnknown, {60, false, false});
  check_golden("card_timeout_60_columns.txt", card);
  const auto second_line = card.find('\n', card.find('\n') + 1);
  CHECK(longest_line(card.substr(second_line)) <= 60);
}

TEST_CASE("bars never leave their columns, whatever was measured") {
  for (const std::size_t columns : {40U, 60U, 80U, 200U}) {
    for (const base::Nanoseconds wait : std::vector<base::Nanoseconds>{0ns, 1ns, 40ms, 299s}) {
      model::ProbeResult result = good_result();
      result.phases.wait = wait;
      result.phases.total = 58ms;
      CAPTURE(columns);
      CAPTURE(wait.count());
      CHECK(longest_line(terminal::render_waterfall(result, {columns, false, false})) <= columns);
    }
  }
}

TEST_CASE("a probe that was never sent has no waterfall") {
  model::ProbeResult result;
  result.outcome = model::Outcome::token_unavailable;
  CHECK(terminal::render_waterfall(result, kPlain).empty());
  const auto plan = plan_from(kTwoTenants);
  result.message = "the file tokens/acme cannot be read";
  const std::string card = terminal::render_card(*plan, result, kUnknown, kPlain);
  CHECK(card.find("curl") == std::string::npos);
  CHECK(card.find("tokens/acme") != std::string::npos);
}

TEST_CASE("what is over or nearly over is said of certificate and token") {
  const auto plan = plan_from(kTwoTenants);
  model::ProbeResult result = good_result();
  result.tls->earliest_expiry = kNow - 3 * 24h;
  const std::string card =
      terminal::render_card(*plan, result, model::TokenFacts{false, 0, {}, 0, kNow - 5min}, kPlain);
  CHECK(card.find("certificate expired 2026-11-20 00:00 UTC, 3 days ago") != std::string::npos);
  CHECK(card.find("token       refused, expired 2026-11-22 23:55 UTC, 5 min 0 s ago") !=
        std::string::npos);
}

TEST_CASE("a platform that tells more than we waited does not stretch the waterfall") {
  model::ProbeResult result = good_result();
  result.server_processing = 90ms;
  result.network_overhead = 0ms;
  result.server_timing_state = model::ServerTimingState::exceeds_wait;
  CHECK(longest_line(terminal::render_waterfall(result, kPlain)) <= 80);
  const auto plan = plan_from(kTwoTenants);
  CHECK(terminal::render_card(*plan, result, kUnknown, kPlain).find("more than we waited") !=
        std::string::npos);
}

TEST_CASE("a card says when the figures are not to be trusted, and why") {
  const auto plan = plan_from(kTwoTenants);
  model::ProbeResult result = good_result();
  CHECK(terminal::render_card(*plan, result, kUnknown, kPlain).find("doubt") == std::string::npos);
  result.uncertainty.wait = 40ms;
  CHECK(terminal::render_card(*plan, result, kUnknown, kPlain).find("may be off by 40 ms") !=
        std::string::npos);
  result.uncertainty.clock_stepped = true;
  CHECK(terminal::render_card(*plan, result, kUnknown, kPlain).find("the clock was set") !=
        std::string::npos);
}

TEST_CASE("text is broken between words and indented") {
  CHECK(terminal::wrapped("one two three", 9, 2) == "one two\n  three");
  CHECK(terminal::wrapped("unbreakable-word x", 5, 1) == "unbreakable-word\n x");
  CHECK(terminal::wrapped("", 10, 2).empty());
}

TEST_CASE("each fault has a colour and a mark of its own, and none is good") {
  std::set<std::string> inks;
  std::set<std::string> marks;
  for (std::size_t at = 1; at < model::kFaultCount; ++at) {
    const model::Fault fault = static_cast<model::Fault>(at);
    inks.insert(terminal::painted(kRich, terminal::ink_of(fault), "x"));
    marks.insert(terminal::fault_mark(kRich, fault));
    CHECK(terminal::fault_mark(kPlain, fault).empty());
  }
  CHECK(inks.size() == model::kFaultCount - 1);
  CHECK(marks.size() == model::kFaultCount - 1);
  CHECK(terminal::ink_of(model::Fault::none) == terminal::Ink::good);
  CHECK(terminal::fault_mark(kRich, model::Fault::none).empty());
  CHECK(terminal::outcome_name(kPlain, model::Outcome::gateway_error) == "gateway_error");
  CHECK(terminal::outcome_name(kRich, model::Outcome::gateway_error) ==
        "\x1b[33m\xe2\x97\x86 gateway_error\x1b[0m");
}

TEST_CASE("without colour there is no escape sequence") {
  CHECK(terminal::painted(kPlain, terminal::Ink::bad, "x") == "x");
  CHECK(terminal::painted(kRich, terminal::Ink::bad, "x") == "\x1b[31mx\x1b[0m");
  CHECK(terminal::painted(kRich, terminal::Ink::plain, "x") == "x");
  CHECK(terminal::painted(kRich, terminal::Ink::monitor, "x") == "\x1b[94mx\x1b[0m");
}

TEST_CASE("repeated probes are summed up by outcome and fault, failures in no percentile") {
  const auto plan = plan_from(kTwoTenants);
  terminal::ProbeSummary summary(*plan);
  for (int i = 1; i <= 20; ++i) {
    model::ProbeResult result = good_result();
    result.phases.total = i * 10ms;
    summary.add(result);
  }
  summary.add(timed_out_result());
  model::ProbeResult resent = good_result();
  resent.resent = true;
  resent.phases.total = 1h;
  summary.add(resent);
  model::ProbeResult spoilt = good_result();
  spoilt.phases.total = 1h;
  spoilt.uncertainty.total = 30min;
  summary.add(spoilt);
  summary.add_skipped(model::TargetIndex{1}, model::SkipReason::overlap, 3);
  summary.add_skipped(model::TargetIndex{2}, model::SkipReason::throttled);
  CHECK(summary.results() == 23);
  CHECK(summary.failures() == 1);
  check_golden("summary.txt", terminal::render_summary(*plan, summary, 105s, 1, kPlain));
  check_golden("summary_rich.txt", terminal::render_summary(*plan, summary, 105s, 0, kRich));
}

TEST_CASE("few times and times that are alike have no histogram") {
  CHECK(terminal::render_histogram({1ms, 2ms, 3ms, 4ms}, 0, kPlain).empty());
  CHECK(terminal::render_histogram({2ms, 2ms, 2ms, 2ms, 2ms, 2ms}, 0, kPlain).empty());
}

TEST_CASE("a histogram counts each time once, and its ranges widen with the times") {
  const std::string text =
      terminal::render_histogram({10ms, 10ms, 10ms, 11ms, 30ms, 640ms}, 2, kPlain);
  CHECK(text ==
        "     10 ms to    20 ms  ############################## 4\n"
        "     20 ms to    40 ms  ######## 1\n"
        "     40 ms to    80 ms\n"
        "     80 ms to   160 ms\n"
        "    160 ms to   320 ms\n"
        "    320 ms to   640 ms  ######## 1\n");
}

TEST_CASE("a result is a line of comma-separated values under the heading's names") {
  const auto plan = plan_from(kTwoTenants);
  const std::string good = terminal::csv_line(*plan, good_result());
  CHECK(good.find(",ok,none,200,0.") != std::string::npos);
  const std::string bad = terminal::csv_line(*plan, timed_out_result());
  CHECK(bad.find(",response_timeout,platform,,") != std::string::npos);
  const auto commas = [](const std::string& line) {
    return std::count(line.begin(), line.end(), ',');
  };
  CHECK(commas(good) == commas(terminal::csv_heading()));
  CHECK(commas(bad) == commas(terminal::csv_heading()));
}

TEST_CASE("progress never fills the last column") {
  const terminal::Progress progress{3, 20, 12, 1, 2};
  CHECK(terminal::render_progress(progress, kPlain) ==
        "[###.................] round 3 of 20, 11 ok, 1 failed, 2 under way");
  CHECK(terminal::render_progress(progress, {60, false, false}) ==
        "round 3 of 20, 11 ok, 1 failed, 2 under way");
  CHECK(terminal::render_progress(progress, {20, false, false}).size() == 19);
}

}  // namespace
}  // namespace reinfer::tests::probe_card_test
