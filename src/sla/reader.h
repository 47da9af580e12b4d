// Reads the samples of the report from Prometheus: tenant by tenant, in pieces of time that
// Prometheus accepts, each sample as it was stored. Used by the command. One thread; blocks while
// Prometheus answers.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "sla/month.h"
#include "sla/prometheus.h"
#include "sla/stored_series.h"

namespace reinfer::sla {

struct SlaScope {
  Month month;
  base::WallTime now;                // the end of the queries
  std::vector<std::string> tenants;  // none: all
  std::string instance;              // "": all
};

class SlaReader {
 public:
  // `tell` is called with the current piece, for a progress line.
  SlaReader(Prometheus& prometheus, SlaScope scope, std::function<void(const std::string&)> tell);

  // Names of the tenants in scope that had an objective in the month or close to it, in order. The
  // error says why there is none, or which does not exist.
  tl::expected<std::vector<std::string>, std::string> tenants();

  tl::expected<std::vector<StoredTarget>, std::string> read(const std::string& tenant);

 private:
  class Histories;
  using Done = tl::expected<void, std::string>;

  std::string selector(const std::string& metric, const std::string& tenant,
                       const std::string& more = "") const;
  tl::expected<std::string, std::string> why_nothing();
  // Reads a stretch of time, or more and more pieces of it while Prometheus finds it too much.
  using Read = std::function<Prometheus::Answer<bool>(const TimeSpan&)>;
  Done read_in_pieces(const TimeSpan& span, const Read& read);
  Prometheus::Answer<bool> read_gauges(const std::string& tenant, const TimeSpan& piece,
                                       Histories& histories);
  Prometheus::Answer<bool> read_counters(const std::string& tenant, const TimeSpan& piece,
                                         Histories& histories);
  Prometheus::Answer<std::vector<Series>> changed_series(const std::string& tenant,
                                                         const TimeSpan& piece);
  // The restarts of the exporters of these targets, by what their start times tell.
  Done read_restarts(std::vector<StoredTarget>& targets);
  tl::expected<std::vector<base::WallTime>, std::string> restarts_of(const std::string& job,
                                                                     const std::string& instance);

  Prometheus& prometheus_;
  const SlaScope scope_;
  const TimeSpan span_;  // the month and a bit on both sides
  std::function<void(const std::string&)> tell_;
  // By job and instance, of those that were asked for.
  std::map<std::pair<std::string, std::string>, std::vector<base::WallTime>> restarts_;
};

}  // namespace reinfer::sla
