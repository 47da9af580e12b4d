#include "model/objective.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <sstream>

#include "metrics/metrics.h"
#include "record/ledgers.h"
#include "tests/unit/plans.h"

namespace reinfer::tests::objective_test {
namespace {

using namespace std::chrono_literals;

// One probe; `where` takes the lines of [defaults], of the tenant and of the probe.
std::shared_ptr<const model::Plan> plan_with(std::string_view defaults, std::string_view tenant,
                                             std::string_view probe, std::string_view more = "") {
  return plan_from(
      fmt::format("[defaults]\n{}\n[[tenant]]\nname = \"acme\"\nbase_url = \"https://reinfer.io\"\n"
                  "token_env = \"T\"\n{}\n[[tenant.probe]]\nuse = \"projects\"\n{}\n{}",
                  defaults, tenant, probe, more));
}

model::Objectives objectives_of(std::string_view slo) {
  return plan_with("", "", slo)->targets()[0].objectives;
}

constexpr std::string_view kBoth =
    R"(slo = {availability = 99.9, latency = "800ms", latency_ratio = 95})";

TEST_CASE("objectives are ratios, and by default all faults that are not ours count") {
  const model::Objectives objectives = objectives_of(kBoth);
  REQUIRE(objectives.availability);
  CHECK(objectives.availability->ratio == 0.999);
  for (const model::Fault fault : model::kCountableFaults)
    CHECK(model::counts(*objectives.availability, fault));
  CHECK_FALSE(model::counts(*objectives.availability, model::Fault::credentials));
  REQUIRE(objectives.latency);
  CHECK(*objectives.latency == model::LatencyObjective{0.95, 800ms});
}

TEST_CASE("without slo there is no objective, and each half stands alone") {
  CHECK(objectives_of("") == model::Objectives{});
  CHECK_FALSE(objectives_of("slo = {availability = 99}").latency);
  CHECK_FALSE(objectives_of("slo = {latency = \"1s\", latency_ratio = 99.5}").availability);
}

TEST_CASE("the nearest slo counts, all of it, and an empty one takes the objectives away") {
  struct Row {
    std::string_view defaults, tenant, probe;
    double availability;  // 0: none
  };
  const Row rows[] = {
      {"slo = {availability = 99}", "", "", 0.99},
      {"slo = {availability = 99}", "slo = {availability = 98}", "", 0.98},
      {"", "slo = {availability = 98}", "slo = {availability = 97}", 0.97},
      {"slo = {availability = 99}", "", "slo = {}", 0},
      {"slo = {availability = 99}", "slo = {latency = \"1s\", latency_ratio = 90}", "", 0},
  };
  for (const Row& row : rows) {
    const auto plan = plan_with(row.defaults, row.tenant, row.probe);
    const auto& availability = plan->targets()[0].objectives.availability;
    CHECK((availability ? availability->ratio : 0) == row.availability);
  }
}

TEST_CASE("the latency objective is an edge of the histograms, once") {
  const auto edges = [](std::string_view latency, std::string_view buckets) {
    return plan_with("", buckets,
                     fmt::format("slo = {{latency = \"{}\", latency_ratio = 95}}", latency))
        ->targets()[0]
        .buckets;
  };
  using Edges = std::vector<double>;
  constexpr std::string_view kBuckets = R"(buckets = ["100ms", "1s"])";
  CHECK(edges("800ms", kBuckets) == Edges{0.1, 0.8, 1});
  CHECK(edges("1s", kBuckets) == Edges{0.1, 1});
  CHECK(edges("50ms", kBuckets) == Edges{0.05, 0.1, 1});
  CHECK(edges("9s", kBuckets) == Edges{0.1, 1, 9});
}

TEST_CASE("an objective can be judged where one bad probe in an hour does not page") {
  CHECK(base::to_seconds(model::interval_to_judge(0.999)) == doctest::Approx(51.84));
  CHECK(base::to_seconds(model::interval_to_judge(0.95)) == doctest::Approx(2592));
  CHECK(model::ratio_to_judge(60s) == doctest::Approx(0.998843));
  CHECK(model::ratio_to_judge(model::interval_to_judge(0.9995)) == doctest::Approx(0.9995));
}

class EventsTest {
 public:
  explicit EventsTest(std::string_view slo, std::string_view tenant = "",
                      std::string_view more = "")
      : plan_(plan_with("", tenant, slo, more)), ledger_(plan_, now_) {}

  void record(model::Outcome outcome, base::Nanoseconds total = 100ms, bool resent = false,
              model::Uncertainty uncertainty = {}) {
    model::ProbeResult result;
    result.uncertainty = uncertainty;
    result.outcome = outcome;
    result.started = now_;
    result.finished = {now_.wall + total, now_.mono + total};
    result.phases.total = total;
    result.resent = resent;
    ledger_.record_started(result.target, 0ns);
    ledger_.record(result);
  }
  void control(bool reachable) { ledger_.record_control(0, reachable); }
  // Without what is excluded.
  record::EventCount count(model::Objective objective) const {
    const auto counts = record::of(ledger_.snapshot(now_).targets[0].objectives, objective);
    return {counts.events, counts.good};
  }
  // By reason: fault, maintenance, egress.
  using Excluded = std::array<std::uint64_t, model::kExclusionCount>;
  Excluded excluded(model::Objective objective) const {
    return record::of(ledger_.snapshot(now_).targets[0].objectives, objective).excluded;
  }
  std::string metrics() const { return metrics::render_metrics(ledger_.snapshot(now_), {}, {}); }

  base::Instant now_{base::WallTime{1795392000s}, base::MonoTime{1s}};

 private:
  std::shared_ptr<const model::Plan> plan_;
  record::Ledger ledger_;
};

TEST_CASE("availability counts every outcome as the table of outcomes has it") {
  for (const model::Outcome outcome : model::all_outcomes()) {
    CAPTURE(to_label(outcome));
    EventsTest test(kBoth);
    test.record(outcome);
    const model::AvailabilityEvent event = model::availability_of(outcome);
    CHECK(test.count(model::Objective::availability) ==
          record::EventCount{event == model::AvailabilityEvent::excluded ? 0u : 1u,
                             event == model::AvailabilityEvent::good ? 1u : 0u});
  }
}

constexpr std::string_view kControl =
    "[[control]]\nname = \"web\"\nurl = \"https://www.example.com/\"\n";

TEST_CASE("each result is an event of each objective or excluded from it for one reason") {
  for (const model::Outcome outcome : model::all_outcomes()) {
    CAPTURE(to_label(outcome));
    EventsTest test(kBoth, "", kControl);
    for (const bool reachable : {true, false}) {
      test.control(reachable);
      test.record(outcome);
    }
    for (const auto objective : {model::Objective::availability, model::Objective::latency}) {
      const EventsTest::Excluded excluded = test.excluded(objective);
      CHECK(test.count(objective).events + excluded[0] + excluded[1] + excluded[2] == 2);
    }
  }
}

TEST_CASE("while every control fails, what the network or the edge did is no event") {
  for (const model::Outcome outcome : model::all_outcomes()) {
    CAPTURE(to_label(outcome));
    EventsTest test(kBoth, "", kControl);
    test.control(false);
    test.record(outcome);
    const model::Fault fault = model::fault_of(outcome);
    const bool egress = fault == model::Fault::network || fault == model::Fault::edge;
    CHECK(test.excluded(model::Objective::availability)[2] == (egress ? 1 : 0));
    CHECK(test.excluded(model::Objective::latency)[2] == (egress ? 1 : 0));
    const bool judged = model::availability_of(outcome) != model::AvailabilityEvent::excluded;
    CHECK(test.count(model::Objective::availability).events == (judged && !egress ? 1 : 0));
  }
}

TEST_CASE("a control that recovers, or was never asked, excludes nothing, nor do none at all") {
  const std::string_view two =
      "[[control]]\nname = \"one\"\nurl = \"https://one.example.com/\"\n"
      "[[control]]\nname = \"two\"\nurl = \"https://two.example.com/\"\n";
  EventsTest none(kBoth);
  none.record(model::Outcome::dns_error);
  CHECK(none.count(model::Objective::availability) == record::EventCount{1, 0});

  EventsTest test(kBoth, "", two);
  test.record(model::Outcome::dns_error);  // neither was asked yet
  test.control(false);
  test.record(model::Outcome::dns_error);  // the other was not
  CHECK(test.count(model::Objective::availability) == record::EventCount{2, 0});

  EventsTest recovered(kBoth, "", kControl);
  recovered.control(false);
  recovered.record(model::Outcome::gateway_error);
  recovered.control(true);
  recovered.record(model::Outcome::gateway_error);
  CHECK(recovered.count(model::Objective::availability) == record::EventCount{1, 0});
  CHECK(recovered.excluded(model::Objective::availability) == EventsTest::Excluded{0, 0, 1});
}

TEST_CASE("maintenance is named before the egress, and the egress before the fault") {
  using model::Exclusion;
  using model::Outcome;
  CHECK(record::exclusion_of(Outcome::dns_error, true, true) == Exclusion::maintenance);
  CHECK(record::exclusion_of(Outcome::ok, true, false) == Exclusion::maintenance);
  CHECK(record::exclusion_of(Outcome::dns_error, false, true) == Exclusion::egress);
  CHECK_FALSE(record::exclusion_of(Outcome::dns_error, false, false));
  CHECK_FALSE(record::exclusion_of(Outcome::ok, false, true));
  EventsTest test(R"(slo = {availability = 99.9, count = ["platform"]})", "", kControl);
  test.control(false);
  test.record(Outcome::dns_error);
  CHECK(test.excluded(model::Objective::availability) == EventsTest::Excluded{0, 0, 1});
}

TEST_CASE("every probe thread's results know of the controls of one of them") {
  std::string text = "[defaults]\nslo = {availability = 99.9}\n" + std::string(kControl);
  for (int i = 0; i < 8; ++i)
    text += fmt::format(
        "[[tenant]]\nname = \"t{}\"\nbase_url = \"https://reinfer.io\"\ntoken_env = \"T\"\n"
        "[[tenant.probe]]\nuse = \"projects\"\n",
        i);
  const auto plan = plan_from(text);
  record::Ledgers ledgers(model::partition_plan(plan, 3), {});
  model::ProbeResult result;
  result.outcome = model::Outcome::connect_error;
  const auto excluded_by_all = [&] {
    std::uint64_t sum = 0;
    for (const auto& record : ledgers.snapshot({}).targets)
      sum += record::of(record.objectives, model::Objective::availability).excluded[2];
    return sum;
  };
  const auto record_in_each = [&] {
    for (std::size_t i = 0; i < ledgers.size(); ++i) {
      ledgers.part(i).record_started(result.target, 0ns);
      ledgers.part(i).record(result);
    }
  };
  ledgers.part(0).record_control(0, false);
  record_in_each();
  CHECK(excluded_by_all() == 3);
  // Without controls nothing is known to be lost.
  const auto without =
      model::partition_plan(std::make_shared<const model::Plan>(plan->without_controls()), 3);
  ledgers.adopt(without, {}, [] { return std::vector<bool>(3, false); });
  record_in_each();
  CHECK(excluded_by_all() == 3);
}

TEST_CASE("a burn rate cannot be higher than an objective lets it be") {
  CHECK(model::burn_rate_max(0.9) == doctest::Approx(10));
  CHECK(model::ratio_to_reach(model::kBurnLimits[0]) == doctest::Approx(0.930556));
  CHECK(model::ratio_to_reach(model::kBurnLimits[1]) == doctest::Approx(0.833333));
  for (const model::BurnLimit& limit : model::kBurnLimits)
    CHECK(model::burn_rate_max(model::ratio_to_reach(limit)) == doctest::Approx(limit.rate));
  CHECK(model::kBurnLimits[0].rate == model::kPagingBurnRate);
  CHECK(model::kBurnLimits[0].window == model::kPagingWindow);
}

TEST_CASE("a fault that is not counted makes no event, neither good nor bad") {
  EventsTest test(R"(slo = {availability = 99.9, count = ["platform"]})");
  test.record(model::Outcome::dns_error);
  test.record(model::Outcome::gateway_error);
  CHECK(test.count(model::Objective::availability) == record::EventCount{0, 0});
  test.record(model::Outcome::server_error);
  test.record(model::Outcome::ok);
  CHECK(test.count(model::Objective::availability) == record::EventCount{2, 1});
}

TEST_CASE("latency counts ok probes alone, good up to the threshold and on it") {
  EventsTest test(kBoth);
  test.record(model::Outcome::ok, 799ms);
  test.record(model::Outcome::ok, 800ms);
  test.record(model::Outcome::ok, 801ms);
  test.record(model::Outcome::server_error, 10ms);
  test.record(model::Outcome::response_timeout, 10s);
  test.record(model::Outcome::ok, 5s, true);
  CHECK(test.count(model::Objective::latency) == record::EventCount{3, 2});
}

TEST_CASE("a latency that we spoilt ourselves is no event of the latency objective") {
  EventsTest test(kBoth);
  test.record(model::Outcome::ok, 5s, false, {.total = 4s});
  test.record(model::Outcome::ok, 100ms, false, {.clock_stepped = true});
  CHECK(test.count(model::Objective::latency) == record::EventCount{0, 0});
  CHECK(test.count(model::Objective::availability) == record::EventCount{2, 2});
  // The wait alone is not what is promised.
  test.record(model::Outcome::ok, 100ms, false, {.wait = 90ms});
  CHECK(test.count(model::Objective::latency) == record::EventCount{1, 1});
}

TEST_CASE("the share within the threshold is the same by events and by histogram") {
  EventsTest test(kBoth);
  for (int i = 0; i < 50; ++i)
    test.record(model::Outcome::ok, 20ms * i);
  const std::string text = test.metrics();
  CHECK(test.count(model::Objective::latency) == record::EventCount{50, 41});
  CHECK(text.find("reinfer_probe_duration_seconds_bucket{tenant=\"acme\",probe=\"projects\","
                  "le=\"0.8\"} 41\n") != std::string::npos);
}

TEST_CASE("what touches a maintenance window does not count") {
  EventsTest test(kBoth,
                  "[[tenant.maintenance]]\nstart = 2026-11-23T00:10:00Z\n"
                  "end = 2026-11-23T00:20:00Z\n");
  const base::WallTime start = base::WallTime{1795392000s + 10min};
  const auto record_at = [&](base::WallTime at) {
    test.now_.wall = at;
    test.record(model::Outcome::server_error, 5s);
  };
  record_at(start - 6s);
  CHECK(test.count(model::Objective::availability).events == 1);
  record_at(start - 4s);
  record_at(start + 5min);
  record_at(start + 10min - 1s);
  CHECK(test.count(model::Objective::availability).events == 1);
  record_at(start + 10min);
  CHECK(test.count(model::Objective::availability) == record::EventCount{2, 0});
  CHECK(test.excluded(model::Objective::availability) == EventsTest::Excluded{0, 3, 0});
}

TEST_CASE("an objective shows what was asked for and, from the start, what was seen") {
  EventsTest test(R"(slo = {availability = 99.9, count = ["platform", "edge"],)"
                  R"( latency = "800ms", latency_ratio = 95})");
  test.record(model::Outcome::server_error);
  std::istringstream lines(test.metrics());
  std::string shown;
  for (std::string line; std::getline(lines, line);)
    if (line.rfind("reinfer_slo_", 0) == 0) shown += line + "\n";
  std::string excluded;
  for (const std::string_view slo : {"availability", "latency"})
    for (const std::string_view reason : {"fault", "maintenance", "egress"})
      excluded += fmt::format(
          "reinfer_slo_excluded_events_total{{tenant=\"acme\",probe=\"projects\",slo=\"{}\","
          "reason=\"{}\"}} {}\n",
          slo, reason, slo == "latency" && reason == "fault" ? 1 : 0);
  CHECK(shown ==
        R"(reinfer_slo_objective_ratio{tenant="acme",probe="projects",slo="availability"} 0.999
reinfer_slo_objective_ratio{tenant="acme",probe="projects",slo="latency"} 0.95
reinfer_slo_latency_threshold_seconds{tenant="acme",probe="projects"} 0.8
reinfer_slo_counted_fault{tenant="acme",probe="projects",fault="platform"} 1
reinfer_slo_counted_fault{tenant="acme",probe="projects",fault="edge"} 1
reinfer_slo_counted_fault{tenant="acme",probe="projects",fault="network"} 0
reinfer_slo_events_total{tenant="acme",probe="projects",slo="availability"} 1
reinfer_slo_events_total{tenant="acme",probe="projects",slo="latency"} 0
reinfer_slo_good_events_total{tenant="acme",probe="projects",slo="availability"} 0
reinfer_slo_good_events_total{tenant="acme",probe="projects",slo="latency"} 0
)" + excluded);
}

TEST_CASE("the series foretold for objectives are those served, and none come without") {
  const auto series = [](std::string_view slo) {
    std::istringstream lines(EventsTest(slo).metrics());
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line);)
      count += line.rfind("reinfer_slo_", 0) == 0 ? 1 : 0;
    return count;
  };
  const auto foretold = [](std::string_view slo) {
    return model::expected_series(plan_with("", "", slo)->targets()[0]);
  };
  const std::string_view slos[] = {
      "slo = {availability = 99.9}", "slo = {latency = \"1s\", latency_ratio = 95}",
      "slo = {availability = 99, latency = \"1s\", latency_ratio = 95}"};
  CHECK(series("") == 0);
  for (const std::string_view slo : slos)
    CHECK(series(slo) == foretold(slo) - foretold(""));
}

}  // namespace
}  // namespace reinfer::tests::objective_test
