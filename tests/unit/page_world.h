// A plan, its ledger and a clock set by hand, and the pages that they come to. For the tests of the
// page's renderers, which are pure.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "page/page.h"
#include "record/ledger.h"
#include "tests/unit/plans.h"

namespace reinfer::tests {

using namespace std::chrono_literals;

inline bool shows(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class PageTest {
 public:
  explicit PageTest(std::string_view toml = kTwoTenants)
      : plan(plan_from(toml)), ledger(plan, now) {}

  model::ProbeResult result_of(std::uint32_t target, model::Outcome outcome) {
    now.wall += 30s;
    now.mono += 30s;
    model::ProbeResult result;
    result.target = model::TargetIndex{target};
    result.outcome = outcome;
    result.started = {now.wall - 41ms, now.mono - 41ms};
    result.finished = now;
    result.http_status = outcome == model::Outcome::ok ? 200 : 503;
    result.application_answered = true;
    result.phases.connect = 1ms;
    result.phases.tls = 9ms;
    result.phases.wait = 30ms;
    result.phases.receive = 1ms;
    result.phases.total = 41ms;
    result.server_processing = 22ms;
    return result;
  }
  void record(const model::ProbeResult& result) {
    ledger.record_started(result.target, 0ns);
    ledger.record(result);
  }
  void record(std::uint32_t target, model::Outcome outcome) { record(result_of(target, outcome)); }
  std::string overview(const page::PageFilter& filter = {}) {
    const record::Snapshot snapshot = ledger.snapshot(now);
    const auto rows = page::rows_of_overview(snapshot, filter);
    return page::render_overview(snapshot, rows, *ledger.recents(plan.get(), rows), filter, {});
  }
  record::Evidence evidence(std::uint32_t index) const {
    const model::Target& target = plan->target(model::TargetIndex{index});
    return ledger.evidence(target.tenant_name, target.probe)->evidence;
  }
  std::string detail(std::uint32_t target, const std::optional<page::TargetHistory>& history = {}) {
    return page::render_target_page(ledger.snapshot(now), model::TargetIndex{target},
                                    evidence(target), {}, history);
  }

  // 2026-11-24 02:00:00 UTC.
  base::Instant now{base::WallTime{1795485600s}, base::MonoTime{50000s}};
  std::shared_ptr<const model::Plan> plan;
  record::Ledger ledger;
};

}  // namespace reinfer::tests
