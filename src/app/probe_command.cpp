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

// As many as may be out at once; one whose first token is on its way stays in the queue.
void start_waiting(const Plan& plan, Prober& prober, std::deque<TargetIndex>& waiting,
                   std::vector<ProbeResult>& results) {
  while (!waiting.empty() && prober.in_flight() < plan.limits().probes_in_flight_max) {
    std::optional<ProbeResult> ended;
    if (prober.start(waiting.front(), ended) == Prober::Start::waits) return;
    if (ended) results.push_back(std::move(*ended));
    waiting.pop_front();
  }
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
  const Log log(options.log_level, options.log_format);
  Credentials credentials(*plan, log);
  CurlTransport transport;
  ProbeIds ids;
  Prober prober(*plan, clock, transport, credentials, ids, log, Random::seed_from_kernel());
  bool all_ok = true;
  while (!waiting->empty() || prober.in_flight() > 0) {
    std::vector<ProbeResult> results;
    start_waiting(*plan, prober, *waiting, results);
    prober.advance(results);
    const MonoTime until = results.empty() ? prober.next_event() : MonoTime::min();
    for (Completion& completion : transport.poll(until))
      prober.take(completion, results);
    for (const ProbeResult& result : results) {
      print(*plan, result, options.json);
      all_ok = all_ok && result.outcome == Outcome::ok;
    }
  }
  return all_ok ? 0 : 1;
}

}  // namespace reinfer
