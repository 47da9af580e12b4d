#include "tests/component/probing.h"

#include <fmt/format.h>

#include <cstdlib>

#include "base/random.h"

namespace reinfer {
namespace {

sim::Options options_for(const std::string& ca_file, Nanoseconds latency) {
  sim::Options options;
  for (auto& listen : options.listen)
    listen = sim::Address{"127.0.0.1", 0};
  options.token = kTestToken;
  options.ca_file = ca_file;
  options.latency = latency;
  return options;
}

std::shared_ptr<const Plan> plan_of(const std::string& toml) {
  setenv(kTokenVariable, kTestToken, 1);
  auto plan = parse_plan(toml, "test.toml", [](const TokenSource&) { return std::nullopt; });
  if (!plan)
    for (const Problem& problem : plan.error())
      MESSAGE(to_string(problem));
  REQUIRE(plan.has_value());
  return std::make_shared<const Plan>(std::move(*plan));
}

}  // namespace

TemporaryFolder::TemporaryFolder()
    : folder_(std::filesystem::temp_directory_path() /
              ("reinfer-test-" + Random(Random::seed_from_kernel()).next_uuid())) {
  std::filesystem::create_directories(folder_);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

SimulatedTenant::SimulatedTenant(Nanoseconds latency)
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
      prober(*plan, clock, transport, credentials, ids, log, 1) {}

std::vector<ProbeResult> Probing::turn(MonoTime until) {
  std::vector<ProbeResult> results;
  prober.advance(results);
  if (!results.empty()) return results;
  for (Completion& completion : transport.poll(std::min(until, prober.next_event())))
    prober.take(completion, results);
  return results;
}

ProbeResult Probing::probe(std::size_t target) {
  std::optional<ProbeResult> ended;
  while (prober.start(TargetIndex(target), ended) == Prober::Start::waits)
    turn();
  if (ended) return *ended;
  for (;;)
    for (ProbeResult& result : turn())
      return std::move(result);
}

ProbeResult probe_once(const TenantText& tenant) {
  return Probing(to_toml(tenant)).probe();
}

}  // namespace reinfer
