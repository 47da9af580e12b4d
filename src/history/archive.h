// Questions to the history: availability and latencies by stretch, incidents, evidence, and what
// a new process should know of the one before. Owned by the History, which lets one thread at a
// time ask; any thread. It reads with a connection of its own and writes nothing. Without an answer
// because of an error it returns nothing, which the History counts.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "history/database.h"
#include "history/incident_query.h"
#include "history/slice.h"
#include "history/store.h"
#include "history/stretch.h"
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
  // Of one target. `width`: kHour or kDay.
  Stored<std::vector<LatencyRow>> latencies(const std::string& tenant, const std::string& probe,
                                            std::chrono::seconds width, base::WallTime from,
                                            base::WallTime to);
  // Names of the tenants of now and then, in order.
  Stored<std::vector<std::string>> tenants();
  // What the report of a month is made of, in the slices from that of `from` to that of `to`.
  Stored<Counted> counted(const std::string& tenant, base::WallTime from, base::WallTime to);
  // The newest first.
  Stored<std::vector<record::IncidentFacts>> incidents(const IncidentQuery& query);
  Stored<std::optional<record::IncidentFacts>> incident(std::int64_t id);
  // Of one target, oldest first.
  Stored<std::vector<model::ProbeResult>> evidence(const std::string& tenant,
                                                   const std::string& probe, base::WallTime from,
                                                   base::WallTime to, std::size_t limit,
                                                   base::Instant now);
  // Every target that is configured, as it was when its last result was written.
  Stored<std::vector<Remembered>> remembered(base::Instant now);

 private:
  Connection database_;
};

}  // namespace reinfer::history
