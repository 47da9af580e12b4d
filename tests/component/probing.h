// Real probes for component tests: a plan from configuration text, a CurlTransport and a Prober,
// and a simulated tenant in the same process. No clock is asserted: tests wait for results.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "config/load_plan.h"
#include "probe/prober.h"
#include "simulator/simulator.h"
#include "transport/curl_transport.h"

namespace reinfer::tests {

inline constexpr const char* kTokenVariable = "COMPONENT_TEST_TOKEN";
inline constexpr const char* kTestToken = "component-test-token";

// A folder of its own, gone with the value.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

 private:
  std::filesystem::path folder_;
};

// A simulator on free ports, whose CA stands in ca_file().
class SimulatedTenant {
 public:
  explicit SimulatedTenant(base::Nanoseconds latency = std::chrono::milliseconds(1));
  simulator::Simulator* operator->() { return &simulator_; }
  std::string ca_file() const { return folder_.path("ca.pem"); }

 private:
  TemporaryFolder folder_;
  simulator::Simulator simulator_;
};

struct TenantText {
  std::string base_url;
  std::string ca_file = {};
  std::string settings = {};  // further lines of [[tenant]]
  std::string probe = "use = \"dataset\"\nproject = \"demo\"\ndataset = \"support\"";
};

// Configuration text of one tenant "t" with one probe.
std::string to_toml(const TenantText& tenant);

class Probing {
 public:
  explicit Probing(const std::string& toml);
  // Sends a target's request.
  probe::Prober::Start start(std::size_t target);
  // Probes a target once and waits for the result.
  model::ProbeResult probe(std::size_t target = 0);
  // One turn: what has ended by `until`.
  std::vector<model::ProbeResult> turn(base::MonoTime until = base::MonoTime::max());

  std::shared_ptr<const model::Plan> plan;
  base::SystemClock clock;
  base::Log log = base::Log::silent();
  transport::CurlTransport transport;
  credentials::Credentials credentials;
  transport::ProbeIds ids;
  probe::Prober prober;
};

model::ProbeResult probe_once(const TenantText& tenant);

inline std::string label(const model::ProbeResult& result) {
  return std::string(model::to_label(result.outcome));
}

}  // namespace reinfer::tests
