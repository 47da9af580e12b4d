#include "tests/component/probing.h"

#include <fmt/format.h>

#include <cstdlib>

#include "base/random.h"

namespace reinfer::tests {
namespace {

simulator::Options options_for(const std::string& ca_file, base::Nanoseconds latency) {
  simulator::Options options;
  for (auto& listen : options.listen)
    listen = simulator::Address{"127.0.0.1", 0};
  options.token = kTestToken;
  options.ca_file = ca_file;
  options.latency = latency;
  return options;
}

std::shared_ptr<const model::Plan> plan_of(const std::string& toml) {
  setenv(kTokenVariable, kTestToken, 1);
  auto plan =
      config::parse_plan(toml, "test.toml", [](const model::TokenSource&) { return std::nullopt; });
  if (!plan)
    for (const base::Problem& problem : plan.error())
      MESSAGE(base::to_string(problem));
  REQUIRE(plan.has_value());
  return std::make_shared<const model::Plan>(std::move(*plan));
}

}  // namespace

TemporaryFolder::TemporaryFolder()
    : folder_(std::filesystem::temp_directory_path() /
              ("reinfer-test-" + base::Random(base::Random::seed_from_kernel()).next_uuid())) {
  std::filesystem::create_directories(folder_);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

SimulatedTenant::SimulatedTenant(base::Nanoseconds latency)
    : simulator_(options_for(folder_.path("ca.pem"), latency)) {
  const auto problem = simulator_.start();
  REQUIRE_FALSE(problem.has_value());
}

std::string to_toml(const TenantText& tenant) {
  std::string toml =
      fmt::format("[[tenant]]\nname = \"t\"\nbase_url = \"{}\"\ntoken_env = \"{}\"\n",
                  tenant.base_url, kTokenVariable);
  if (!tenant.ca_file.empty()) toml += fmt::format("ca_file = \"{}\"\n", tenant.ca_file);
  return toml + tenant.settings + "\n[[tenant.probe]]\n" + tenant.probe + "\n";
}

Probing::Probing(const std::string& toml)
    : plan(plan_of(toml)),
      credentials(*plan, log),
      prober(*plan, transport, credentials, ids, log, 1) {}

std::vector<model::ProbeResult> Probing::turn(base::MonoTime until) {
  std::vector<model::ProbeResult> results;
  prober.advance(clock.now(), results);
  if (!results.empty()) return results;
  for (transport::Completion& completion : transport.poll(std::min(until, prober.next_event())))
    prober.take(completion, clock.now(), results);
  return results;
}

probe::Prober::Start Probing::start(std::size_t target) {
  const base::Instant now = clock.now();
  const auto index = model::TargetIndex(target);
  return prober.start(index, credentials.token(plan->target(index).tenant, now), now);
}

model::ProbeResult Probing::probe(std::size_t target) {
  probe::Prober::Start started = start(target);
  for (; started.kind == probe::Prober::Start::Kind::waits; started = start(target))
    turn();
  if (started.result) return *started.result;
  for (;;)
    for (model::ProbeResult& result : turn())
      return std::move(result);
}

model::ProbeResult probe_once(const TenantText& tenant) {
  return Probing(to_toml(tenant)).probe();
}

}  // namespace reinfer::tests
