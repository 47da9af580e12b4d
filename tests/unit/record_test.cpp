#include <doctest/doctest.h>

#include <thread>

#include "record/ledger.h"
#include "tests/unit/plans.h"

namespace reinfer::tests::record_test {
namespace {

using namespace std::chrono_literals;

const model::TargetIndex kTarget{1};

model::ProbeResult ok_result(base::Nanoseconds total) {
  model::ProbeResult result;
  result.target = kTarget;
  result.outcome = model::Outcome::ok;
  result.application_answered = true;
  result.http_status = 200;
  result.finished.wall = base::WallTime{1000s};
  result.phases.wait = total / 2;
  result.phases.total = total;
  result.server_processing = total / 4;
  result.network_overhead = total / 4;
  result.server_timing_state = model::ServerTimingState::ok;
  return result;
}

class LedgerTest {
 public:
  void record(const model::ProbeResult& result) {
    ledger.record_started(result.target, 2ms);
    ledger.record(result);
  }
  record::TargetRecord target() const {
    return ledger.snapshot(now).targets[model::to_size(kTarget)];
  }
  record::ExporterRecord exporter() const { return ledger.snapshot(now).exporter; }

  const base::Instant now{base::WallTime{500s}, base::MonoTime{1s}};
  std::shared_ptr<const model::Plan> plan = plan_from(kTwoTenants);
  record::Ledger ledger{plan, now};
};

TEST_CASE("a histogram's edges are inclusive") {
  record::Histogram histogram({0.1, 1});
  for (const double value : {0.0, 0.1, 0.100001, 1.0, 1.5})
    histogram.observe(value);
  CHECK(histogram.counts() == std::vector<std::uint64_t>{2, 2, 1});
  CHECK(histogram.count() == 5);
  CHECK(histogram.sum() == doctest::Approx(2.700001));
}

TEST_CASE_FIXTURE(LedgerTest, "an ok probe enters every histogram it has a figure for") {
  record(ok_result(200ms));
  CHECK(target().duration.counts() == std::vector<std::uint64_t>{0, 1, 0});
  CHECK(target().server_processing.sum() == doctest::Approx(0.05));
  CHECK(target().network_overhead.count() == 1);
  CHECK(target().http_codes.at(200) == 1);
  CHECK(target().last_success == base::WallTime{1000s});
  CHECK(target().phases[static_cast<std::size_t>(record::Phase::wait)].samples == 1);
  CHECK(target().phases[static_cast<std::size_t>(record::Phase::resolve)].samples == 0);
}

TEST_CASE_FIXTURE(LedgerTest, "a failed probe leaves the latency histogram alone") {
  model::ProbeResult result = ok_result(200ms);
  result.outcome = model::Outcome::server_error;
  record(result);
  CHECK(target().duration.count() == 0);
  CHECK(target().server_processing.count() == 1);
  CHECK_FALSE(target().last_success.has_value());
  CHECK(target().outcomes[static_cast<std::size_t>(model::Outcome::server_error)] == 1);
}

TEST_CASE_FIXTURE(LedgerTest, "a request that libcurl sent twice has no latency to count") {
  model::ProbeResult result = ok_result(200ms);
  result.resent = true;
  record(result);
  CHECK(target().duration.count() == 0);
  CHECK(target().network_overhead.count() == 0);
  CHECK(target().results() == 1);
  CHECK(exporter().resent_requests == 1);
}

TEST_CASE("a figure is not trusted once it may be off by a tenth and by more than 5 ms") {
  struct Row {
    base::Nanoseconds total;
    base::Nanoseconds off;
    std::optional<model::Distrust> expected;
  };
  const Row rows[] = {{1ms, 5ms, std::nullopt},
                      {1ms, 5ms + 1ns, model::Distrust::loop_late},
                      {50ms, 5ms, std::nullopt},
                      {200ms, 20ms, std::nullopt},
                      {200ms, 20ms + 1ns, model::Distrust::loop_late}};
  for (const Row& row : rows) {
    model::ProbeResult result = ok_result(row.total);
    result.uncertainty.total = row.off;
    CHECK(model::distrust_of_total(result) == row.expected);
    CHECK_FALSE(model::distrust_of_wait(result).has_value());
  }
}

TEST_CASE_FIXTURE(LedgerTest, "a sample that our own lateness spoilt is counted apart") {
  model::ProbeResult late = ok_result(200ms);
  late.uncertainty.total = 50ms;
  record(late);
  CHECK(target().duration.count() == 0);
  // The wait is the kernel's: nothing is wrong with it.
  CHECK(target().network_overhead.count() == 1);
  CHECK(target().server_processing.count() == 1);
  late.uncertainty.wait = 50ms;
  record(late);
  CHECK(target().network_overhead.count() == 1);
  CHECK(target().server_processing.count() == 2);
  CHECK(exporter().distrusted[static_cast<std::size_t>(model::Distrust::loop_late)] == 2);
  CHECK(target().results() == 2);
}

TEST_CASE_FIXTURE(LedgerTest, "a sample during which the clock was set is counted apart") {
  model::ProbeResult stepped = ok_result(200ms);
  stepped.uncertainty.clock_stepped = true;
  record(stepped);
  CHECK(target().duration.count() == 0);
  CHECK(target().network_overhead.count() == 0);
  CHECK(exporter().distrusted[static_cast<std::size_t>(model::Distrust::clock_step)] == 1);
  // One that had no latency to give has nothing to be distrusted.
  stepped.outcome = model::Outcome::response_timeout;
  stepped.network_overhead.reset();
  record(stepped);
  CHECK(exporter().distrusted[static_cast<std::size_t>(model::Distrust::clock_step)] == 1);
}

TEST_CASE_FIXTURE(LedgerTest, "the path's round trip is the last one, its losses add up") {
  model::ProbeResult result = ok_result(200ms);
  result.tcp = model::TcpFacts{12ms, 2};
  record(result);
  result.tcp = model::TcpFacts{std::nullopt, 3};
  record(result);
  CHECK(target().tcp_rtt == 12ms);
  CHECK(target().tcp_retransmits == 5);
}

TEST_CASE_FIXTURE(LedgerTest, "the clock of the last wait is the one shown") {
  model::ProbeResult result = ok_result(200ms);
  result.clock_source = model::ClockSource::kernel;
  record(result);
  result.clock_source = model::ClockSource::user;
  result.phases.wait.reset();
  record(result);
  CHECK(exporter().clock_source == model::ClockSource::kernel);
}

TEST_CASE_FIXTURE(LedgerTest, "status codes beyond thirty are counted together") {
  for (int code = 200; code < 240; ++code) {
    model::ProbeResult result = ok_result(1ms);
    result.http_status = code;
    record(result);
  }
  CHECK(target().http_codes.size() == record::kHttpCodesMax);
  CHECK(target().http_codes_other == 10);
  CHECK(exporter().dropped[static_cast<std::size_t>(record::Dropped::http_codes)] == 10);
}

TEST_CASE_FIXTURE(LedgerTest, "the last handshake tells when the tenant's certificate expires") {
  model::ProbeResult result = ok_result(1ms);
  result.tls = model::TlsFacts{"TLSv1.3", "x", base::WallTime{9999s}};
  record(result);
  result.tls.reset();
  record(result);
  CHECK(ledger.snapshot(now).tenants[0].certificate_expiry == base::WallTime{9999s});
  CHECK_FALSE(ledger.snapshot(now).tenants[1].certificate_expiry.has_value());
}

TEST_CASE_FIXTURE(LedgerTest, "what was not measured is absent") {
  CHECK_FALSE(target().last.has_value());
  CHECK_FALSE(exporter().clock_source.has_value());
  model::ProbeResult lost = ok_result(1ms);
  lost.outcome = model::Outcome::dns_error;
  lost.http_status.reset();
  record(lost);
  CHECK(target().http_codes.empty());
}

TEST_CASE_FIXTURE(LedgerTest, "probes in flight, lag and refused lookups are counted") {
  ledger.record_started(kTarget, 3ms);
  CHECK(target().in_flight);
  CHECK(exporter().probes_in_flight == 1);
  ledger.record(ok_result(1ms));
  CHECK_FALSE(target().in_flight);
  CHECK(exporter().probes_in_flight == 0);
  CHECK(exporter().schedule_lag.sum() == doctest::Approx(0.003));
  ledger.record_refused_lookup();
  CHECK(exporter().dropped[static_cast<std::size_t>(record::Dropped::name_lookups)] == 1);
  ledger.record_busy(5ms);
  CHECK(exporter().loop_busy_seconds == doctest::Approx(0.005));
}

TEST_CASE_FIXTURE(LedgerTest, "readers on other threads see whole results only") {
  std::thread writer([&] {
    for (int i = 0; i < 5000; ++i)
      record(ok_result(200ms));
  });
  std::uint64_t last = 0;
  for (int i = 0; i < 2000; ++i) {
    const record::TargetRecord seen = target();
    CHECK(seen.duration.count() == seen.results());
    CHECK(seen.results() >= last);
    last = seen.results();
  }
  writer.join();
  CHECK(target().results() == 5000);
}

}  // namespace
}  // namespace reinfer::tests::record_test
