#include "app/probe_threads.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <future>

#include "tests/component/probing.h"

namespace reinfer {
namespace {

using namespace std::chrono_literals;

std::string tenants(SimulatedTenant& simulator, std::size_t count) {
  std::string text = "[defaults]\ninterval = \"1m\"\n";
  for (std::size_t i = 0; i < count; ++i)
    text += fmt::format(
        "[[tenant]]\nname = \"t{}\"\nbase_url = \"{}\"\ntoken_env = \"{}\"\nca_file = \"{}\"\n"
        "[[tenant.probe]]\nuse = \"projects\"\n",
        i, simulator->base_url(sim::PortKind::https), kTokenVariable, simulator.ca_file());
  return text;
}

class ProbeThreadsTest {
 public:
  std::shared_ptr<const Plan> plan(std::size_t tenant_count) {
    return Probing(tenants(simulator, tenant_count)).plan;
  }

  SimulatedTenant simulator;
  const SystemClock clock;
  const Log log = Log::silent();
  const Division division = divide(plan(8), 3);
  Ledgers ledgers{division, clock.now()};
  PaidBudget paid{"", log};
  ProbeThreads threads{
      division, clock, [] { return std::make_unique<CurlTransport>(); }, paid, ledgers, log, 1};
};

TEST_CASE_FIXTURE(ProbeThreadsTest, "a probe on demand finds the thread of its tenant") {
  threads.start();
  for (std::size_t i = 0; i < 8; ++i) {
    const auto answer = threads.probe_now(fmt::format("t{}", i), "projects", 10s);
    REQUIRE(answer);
    CHECK(answer->result.outcome == Outcome::ok);
  }
  CHECK(threads.probe_now("t8", "projects", 10s).error() == Refusal::unknown_target);
  threads.request_stop();
  threads.join();
  CHECK(threads.probe_now("t0", "projects", 10s).error() == Refusal::stopping);
}

TEST_CASE_FIXTURE(ProbeThreadsTest, "only so many may wait, over all threads") {
  REQUIRE_FALSE(simulator->set_fault("never_answer"));
  threads.start();
  std::vector<std::future<OnDemandAnswer>> asked;
  for (std::size_t i = 0; i <= kWaitersMax; ++i)
    asked.push_back(std::async(std::launch::async, [this, i] {
      return threads.probe_now(fmt::format("t{}", i % 8), "projects", 3s);
    }));
  std::size_t refused = 0;
  for (auto& one : asked) {
    const OnDemandAnswer answer = one.get();
    refused += !answer && answer.error() == Refusal::limit;
  }
  CHECK(refused == 1);
  // Whoever comes later may wait again.
  CHECK(threads.probe_now("t0", "projects", 1s));
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
  const Snapshot snapshot = ledgers.snapshot(clock.now());
  CHECK(snapshot.plan == last);
  CHECK(snapshot.targets.size() == 5);
  CHECK(ledgers.history("t4", "projects"));
}

}  // namespace
}  // namespace reinfer
