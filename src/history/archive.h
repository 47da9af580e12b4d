// Questions to the history: availability and latencies by stretch, incidents, evidence, and what
// a new process should know of the one before. Owned by the History, which lets one thread at a
// time ask; any thread. It reads with a connection of its own and writes nothing. Without an answer
// because of an error it returns nothing, which the History counts.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "history/database.h"
#include "history/incident_query.h"
#include "history/slice.h"
#include "history/store.h"
#include "history/stretch.h"
#include "history/unreadable.h"
#include "record/incident_facts.h"
#include "record/ledger.h"

namespace reinfer::history {

// Whose figures: a target's, or those of all targets of a tenant, removed ones included.
struct Subject {
  std::string tenant;
  std::optional<std::string> probe;
};

struct Remembered {
  std::string tenant;
  std::string probe;
  record::TargetPast past;
};

// The history of all targets for an overview, in few queries.
struct OverviewPast {
  std::map<std::string, std::vector<StretchRow>> days;  // of each tenant, oldest first
  // Of each target, by tenant and probe: one row for all days of the budget, of which `width` and
  // `due` say nothing.
  std::map<std::pair<std::string, std::string>, StretchRow> budgets;

  // Of later days.
  void add(const OverviewPast& later);
};

class Archive {
 public:
  explicit Archive(Connection database) : database_(std::move(database)) {}
  ~Archive();
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  // From the stretch of `from` to that of `to`, oldest first; stretches without a result are left
  // out. `width`: kQuarter or kDay.
  Stored<std::vector<StretchRow>> availability(const Subject& subject, std::chrono::seconds width,
                                               base::WallTime from, base::WallTime to);
  // Days from that of `from`, and sums from that of `budget_from`, until that of `to`.
  Stored<OverviewPast> overview(base::WallTime from, base::WallTime budget_from, base::WallTime to);
  // Of one target. `width`: kHour or kDay.
  Stored<std::vector<LatencyRow>> latencies(const std::string& tenant, const std::string& probe,
                                            std::chrono::seconds width, base::WallTime from,
                                            base::WallTime to);
  // Names of the tenants of now and then, in order.
  Stored<std::vector<std::string>> tenants();
  // The input of a month's report: the slices from that of `from` to that of `to`.
  Stored<Counted> counted(const std::string& tenant, base::WallTime from, base::WallTime to);
  // When the first result of a target was, as far as it has been folded.
  Stored<std::optional<base::WallTime>> first_result(const std::string& tenant,
                                                     const std::string& probe);
  // The newest first.
  Stored<std::vector<record::IncidentFacts>> incidents(const IncidentQuery& query);
  Stored<std::optional<record::IncidentFacts>> incident(std::int64_t id);
  // Of one target, oldest first.
  Stored<std::vector<model::ProbeResult>> evidence(const std::string& tenant,
                                                   const std::string& probe, base::WallTime from,
                                                   base::WallTime to, std::size_t limit,
                                                   base::Instant now);
  // Parts of the answers until now that could not be read and are left out, each once.
  std::vector<std::string> take_unreadable() { return unreadable_.take(); }
  // Every target that is configured, as it was when its last result was written.
  Stored<std::vector<Remembered>> remembered(base::Instant now);

 private:
  Connection database_;
  UnreadableDays unreadable_;
};

}  // namespace reinfer::history
