#include "app/probe_threads.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <future>

#include "tests/component/probing.h"

namespace reinfer::tests::probe_threads_test {
namespace {

using namespace std::chrono_literals;

std::string tenants(SimulatedTenant& simulator, std::size_t count) {
  std::string text = "[defaults]\ninterval = \"1m\"\n";
  for (std::size_t i = 0; i < count; ++i)
    text += fmt::format(
        "[[tenant]]\nname = \"t{}\"\nbase_url = \"{}\"\ntoken_env = \"{}\"\nca_file = \"{}\"\n"
        "[[tenant.probe]]\nuse = \"projects\"\n",
        i, simulator->base_url(simulator::PortKind::https), kTokenVariable, simulator.ca_file());
  return text;
}

class ProbeThreadsTest {
 public:
  std::shared_ptr<const model::Plan> plan(std::size_t tenant_count) {
    return Probing(tenants(simulator, tenant_count)).plan;
  }

  SimulatedTenant simulator;
  const base::SystemClock clock{};
  const base::Log log = base::Log::silent();
  const model::Partition partition = model::partition_plan(plan(8), 3);
  record::Ledgers ledgers{partition, clock.now()};
  probe::PaidBudget paid{"", log};
  app::ProbeThreads threads{partition,
                            clock,
                            [] { return std::make_unique<transport::CurlTransport>(); },
                            credentials::read_directly,
                            paid,
                            ledgers,
                            log,
                            1};
};

TEST_CASE_FIXTURE(ProbeThreadsTest, "a probe on demand finds the thread of its tenant") {
  threads.start();
  for (std::size_t i = 0; i < 8; ++i) {
    const auto answer = threads.probe_now(fmt::format("t{}", i), "projects", 10s);
    REQUIRE(answer);
    CHECK(answer->result.outcome == model::Outcome::ok);
  }
  CHECK(threads.probe_now("t8", "projects", 10s).error() == model::Refusal::unknown_target);
  threads.request_stop();
  threads.join();
  CHECK(threads.probe_now("t0", "projects", 10s).error() == model::Refusal::stopping);
}

TEST_CASE_FIXTURE(ProbeThreadsTest, "only so many may wait, over all threads") {
  REQUIRE_FALSE(simulator->set_fault("never_answer"));
  threads.start();
  std::vector<std::future<model::OnDemandAnswer>> asked;
  for (std::size_t i = 0; i <= app::kOnDemandConcurrentMax; ++i)
    asked.push_back(std::async(std::launch::async, [this, i] {
      return threads.probe_now(fmt::format("t{}", i % 8), "projects", 3s);
    }));
  std::size_t refused = 0;
  for (auto& one : asked) {
    const model::OnDemandAnswer answer = one.get();
    refused += !answer && answer.error() == model::Refusal::limit;
  }
  CHECK(refused == 1);
  // Whoever comes later may wait again.
  CHECK(threads.probe_now("t0", "projects", 1s));
  threads.request_stop();
  threads.join();
}

TEST_CASE_FIXTURE(ProbeThreadsTest, "clients that leave free their places for others") {
  REQUIRE_FALSE(simulator->set_fault("never_answer"));
  threads.start();
  std::stop_source left;
  std::vector<std::future<model::OnDemandAnswer>> asked;
  for (std::size_t i = 0; i < app::kOnDemandConcurrentMax; ++i)
    asked.push_back(std::async(std::launch::async, [&, i] {
      return threads.probe_now(fmt::format("t{}", i), "projects", 1h, left.get_token());
    }));
  while (simulator->requests_seen().requests < app::kOnDemandConcurrentMax)
    std::this_thread::yield();
  left.request_stop();
  for (auto& one : asked)
    CHECK(one.get().error() == model::Refusal::given_up);
  // Who asks next for one of these targets waits for the probe that is still in flight.
  REQUIRE_FALSE(simulator->set_fault("ok"));
  std::stop_source gone;
  gone.request_stop();
  CHECK(threads.probe_now("t0", "projects", 1h, gone.get_token()).error() ==
        model::Refusal::given_up);
  threads.request_stop();
  threads.join();
}

TEST_CASE_FIXTURE(ProbeThreadsTest, "readers see one plan, though the threads end in a reload") {
  threads.start();
  CHECK(threads.adopt(plan(2)));
  CHECK(ledgers.snapshot(clock.now()).targets.size() == 2);
  threads.request_stop();
  threads.join();
  const auto last = plan(5);
  CHECK_FALSE(threads.adopt(last));
  const record::Snapshot snapshot = ledgers.snapshot(clock.now());
  CHECK(snapshot.plan == last);
  CHECK(snapshot.targets.size() == 5);
  CHECK(ledgers.evidence("t4", "projects"));
}

}  // namespace
}  // namespace reinfer::tests::probe_threads_test
