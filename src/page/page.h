// The status page, from the same Snapshot as /metrics, as pages to look at:
// an overview with a verdict for each tenant and a row for each probe, and a page for each target
// with its evidence. Whole and useful without JavaScript; assets/page.js then keeps it up to date.
// Tenants and probes stand in the configuration's order, whatever fails, so that a row stays in its
// place from one look to the next. The summary at the top names the failures first. Pure; used by
// the HTTP pool.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "explain/verdict.h"
#include "history/archive.h"
#include "history/stretch.h"
#include "page/ranges.h"
#include "page/web_place.h"
#include "record/evidence.h"
#include "record/incident_facts.h"
#include "record/snapshot.h"

namespace reinfer::page {

// Rows of an overview. Beyond it those that fail are shown first, and the rest is counted.
inline constexpr std::size_t kPageRowsMax = 400;

// The filter that a reader has set.
struct PageFilter {
  std::string text;  // part of a tenant's or a probe's name, whatever its case
  bool trouble_only = false;
  bool operator==(const PageFilter&) const = default;
};

// Facts of the page that are not in the snapshot.
struct PageContext {
  std::string telemetry_path = "/metrics";
  bool has_history = false;
  WebPlace place = {};
};

// The history of a target, as its page shows it.
struct TargetHistory {
  std::vector<history::StretchRow> days;          // oldest first
  std::vector<history::LatencyRow> latency_days;  // oldest first, those of the error budget
  std::optional<base::WallTime> first;            // result; absent while it is very young
  std::vector<record::IncidentFacts> incidents;   // the newest first
};

// The history of all targets, as the overview shows it.
struct OverviewHistory {
  history::OverviewPast past;
  std::vector<record::IncidentFacts> incidents;  // of the days that are shown
};

// The targets whose rows the overview shows, in the plan's order.
std::vector<model::TargetIndex> rows_of_overview(const record::Snapshot& snapshot,
                                                 const PageFilter& filter);

// What the overview begins with, up to and including </head>. It takes no history, so that a
// browser can fetch what the head names while the rest is made.
std::string overview_head(const record::Snapshot& snapshot);

class Overview;

// The overview in two parts, so that the first can be painted while the second is made.
class OverviewPage {
 public:
  // `recents` belong to `rows`, one each. `history`: as of a target's page. Filter and context are
  // copied; the others, and the value in `history`, outlive this.
  OverviewPage(const record::Snapshot& snapshot, const std::vector<model::TargetIndex>& rows,
               const std::vector<record::RecentResults>& recents, const PageFilter& filter,
               const PageContext& context, const std::optional<OverviewHistory>& history);
  ~OverviewPage();
  OverviewPage(const OverviewPage&) = delete;
  OverviewPage& operator=(const OverviewPage&) = delete;

  // Once each, in this order: with the head, what most readers see before they scroll; the rest.
  std::string begin();
  std::string rest();

 private:
  std::unique_ptr<Overview> overview_;
};

// Both in one.
std::string render_overview(const record::Snapshot& snapshot,
                            const std::vector<model::TargetIndex>& rows,
                            const std::vector<record::RecentResults>& recents,
                            const PageFilter& filter, const PageContext& context,
                            const std::optional<OverviewHistory>& history = {});

// `history`: absent without one, or if it has no answer now. `range`: absent shows the last probes.
std::string render_target_page(const record::Snapshot& snapshot, model::TargetIndex target,
                               const record::Evidence& evidence, const PageContext& context,
                               const std::optional<TargetHistory>& history = {},
                               const std::optional<RangeFigures>& range = {});

// The evidence of a target as JSON: {"tenant", "probe", "failures", "slowest"}.
std::string render_evidence(const model::Plan& plan, model::TargetIndex target,
                            const record::Evidence& evidence);

// Sent with every page: nothing but our own files, nothing inline, no frame around it.
inline constexpr const char* kPagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

}  // namespace reinfer::page
