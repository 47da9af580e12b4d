#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <deque>

#include "app/commands.h"
#include "app/load.h"
#include "base/random.h"
#include "base/text.h"
#include "credentials/credentials.h"
#include "expose/probe_report.h"
#include "probe/prober.h"
#include "transport/curl_transport.h"

namespace reinfer {
namespace {

bool selects(const std::string& wanted, const Target& target) {
  return wanted == target.tenant_name || wanted == target.tenant_name + "/" + target.probe;
}

// The targets that the selection names, in the plan's order; complains about a name of nothing.
tl::expected<std::deque<TargetIndex>, std::string> select(const Plan& plan,
                                                          const std::vector<std::string>& wanted) {
  const auto& targets = plan.targets();
  for (const std::string& name : wanted) {
    const bool known = std::any_of(targets.begin(), targets.end(),
                                   [&](const Target& target) { return selects(name, target); });
    if (known) continue;
    std::vector<std::string> names;
    for (const Target& target : targets)
      names.push_back(target.tenant_name + "/" + target.probe);
    return tl::unexpected(
        fmt::format("no target is called {} (there are: {})", name, join(names, ", ")));
  }
  std::deque<TargetIndex> selected;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const bool hit = std::any_of(wanted.begin(), wanted.end(), [&](const std::string& name) {
      return selects(name, targets[i]);
    });
    if (wanted.empty() || hit) selected.push_back(TargetIndex(i));
  }
  return selected;
}

void print(const Plan& plan, const ProbeResult& result, bool json) {
  fmt::print("{}\n", json ? to_json_line(plan, result) : to_text_line(plan, result));
  std::fflush(stdout);
}

}  // namespace

int probe_command(const Options& options) {
  const auto plan = load_or_explain(options.config_file);
  if (!plan) return kExitBadConfig;
  auto waiting = select(*plan, options.selection);
  if (!waiting) {
    fmt::print(stderr, "{}\n", waiting.error());
    return 2;
  }
  const SystemClock clock;
  Credentials credentials(*plan);
  CurlTransport transport;
  Prober prober(*plan, transport, credentials, Random::seed_from_kernel());
  bool all_ok = true;
  const auto take = [&](const ProbeResult& result) {
    print(*plan, result, options.json);
    all_ok = all_ok && result.outcome == Outcome::ok;
  };
  while (!waiting->empty() || prober.in_flight() > 0) {
    while (!waiting->empty() && prober.in_flight() < plan->limits().probes_in_flight_max) {
      if (const auto ended = prober.start(waiting->front(), clock.now())) take(*ended);
      waiting->pop_front();
    }
    if (prober.in_flight() > 0)
      for (const ProbeResult& result : prober.poll(MonoTime::max()))
        take(result);
  }
  return all_ok ? 0 : 1;
}

}  // namespace reinfer
