// A simulated Re:infer tenant with its edge, identity service and every fault worth testing
// against. The program reinfer_simulator is one of these; component tests run others in process, on
// ports the kernel chooses. Owned and driven by one thread; its members below start() may be called
// from any thread while it runs. It never leaves the loopback interface.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "simulator/certificates.h"
#include "simulator/input_problem.h"
#include "simulator/simulator_options.h"
#include "simulator/world.h"

namespace reinfer::simulator {

class Simulator {
 public:
  explicit Simulator(Options options);
  ~Simulator();  // stops

  // Reads the scenario, makes the certificates, binds the ports, writes the files, and starts the
  // threads: when it returns nothing, requests are answered. At most once.
  std::optional<Problem> start();
  // Ends all connections at once and joins all threads. Counters stay readable.
  void stop();

  // All of these need a start() that went well.
  std::uint16_t port(PortKind kind) const;  // 0 if not open
  // "https://localhost:PORT/ORG/TENANT/reinfer_", with no slash at its end.
  std::string base_url(PortKind kind, std::string_view tenant = "acme/prod") const;
  const std::string& ca_pem() const;
  std::string ready_json() const;  // one line with the bound ports and the process id

  // A mode with its parameter, "http_json.503", for "*", "organisation/tenant" or "bare". "ok"
  // takes it back. Tenants of the organisation `faults` obey their own path alone.
  std::optional<Problem> set_fault(std::string_view mode, std::string tenant = "*");
  void set_token(std::string token);
  void set_certificate(CertificateName name);

  RequestsSeen requests_seen() const;
  // Until that many requests were seen since the last reset; false if `patience` ran out first.
  bool wait_for_requests(std::uint64_t at_least, base::Nanoseconds patience);

 private:
  struct Running;

  const Options options_;
  const base::SystemClock clock_;
  const base::Log log_;
  std::unique_ptr<Running> running_;
};

}  // namespace reinfer::simulator
