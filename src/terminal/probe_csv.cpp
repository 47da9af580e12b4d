#include "terminal/probe_csv.h"

#include <fmt/format.h>

#include "base/rfc3339.h"

namespace reinfer::terminal {
namespace {

std::string seconds(const std::optional<base::Nanoseconds>& d) {
  return d ? fmt::format("{:.6f}", base::to_seconds(*d)) : "";
}

}  // namespace

std::string csv_heading() {
  return "started,tenant,probe,outcome,fault,http_status,total_seconds,server_seconds,path_seconds,"
         "resolve_seconds,connect_seconds,tls_seconds,send_seconds,wait_seconds,receive_seconds,"
         "new_connection\n";
}

std::string csv_line(const model::Plan& plan, const model::ProbeResult& result) {
  const model::Target& target = plan.target(result.target);
  const model::PhaseTimings& phases = result.phases;
  std::string line = fmt::format("{},{},{},{},{},{}", base::rfc3339(result.started.wall),
                                 target.tenant_name, target.probe, model::to_label(result.outcome),
                                 model::to_label(model::fault_of(result.outcome)),
                                 result.http_status ? std::to_string(*result.http_status) : "");
  for (const auto& d :
       {phases.total, result.server_processing, result.network_overhead, phases.resolve,
        phases.connect, phases.tls, phases.send, phases.wait, phases.receive})
    line += "," + seconds(d);
  const bool connected = !result.remote_address.empty();
  return line + fmt::format(",{}\n", !connected ? "" : result.connection_reused ? "0" : "1");
}

}  // namespace reinfer::terminal
