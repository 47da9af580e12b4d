// The summary at the end of `reinfer_exporter probe --repeat`: per target the results by outcome
// and fault, mean and deviation, exact percentiles, a histogram, and the samples left out. A plain
// value that the command fills, and pure renderers. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/figures.h"
#include "model/plan.h"
#include "terminal/style.h"

namespace reinfer::terminal {

// All of one target.
struct ProbeSample {
  std::array<std::uint64_t, model::kOutcomeCount> outcomes{};
  std::array<std::uint64_t, model::kSkipReasonCount> skipped{};
  // Each figure as in /metrics (model::latency_figures), in the order of model::LatencyFigure.
  std::array<std::vector<base::Nanoseconds>, model::kLatencyFigureCount> figures;
  std::uint64_t resent = 0;      // sent twice by libcurl, so their times are in none of the above
  std::uint64_t distrusted = 0;  // the exporter was late, so these times are in none of the above

  std::uint64_t results() const;
};

class ProbeSummary {
 public:
  explicit ProbeSummary(const model::Plan& plan) : samples_(plan.targets().size()) {}

  void add(const model::ProbeResult& result);
  void add_skipped(model::TargetIndex target, model::SkipReason reason, std::uint64_t count = 1);

  const std::vector<ProbeSample>& samples() const { return samples_; }  // in the plan's order
  std::uint64_t results() const;
  std::uint64_t failures() const;

 private:
  std::vector<ProbeSample> samples_;
};

// Lines for each target that has a result or a skip; each outcome that is not ok with the next
// step. `elapsed`: since the first probe. `given_up`: probes under way when it was ended.
std::string render_summary(const model::Plan& plan, const ProbeSummary& summary,
                           base::Nanoseconds elapsed, std::size_t given_up,
                           const TerminalStyle& style);

struct Progress {
  std::uint64_t round = 0;  // begun
  std::uint64_t rounds = 0;
  std::uint64_t results = 0;
  std::uint64_t failures = 0;
  std::size_t in_flight = 0;
};

// "[###.................] round 3 of 20, 11 ok, 1 failed, 2 under way", without the bar and cut if
// the terminal's line is too short.
std::string render_progress(const Progress& progress, const TerminalStyle& style);

}  // namespace reinfer::terminal
