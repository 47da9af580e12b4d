// An exporter's life for tests of its history: probe results as they come, a clock that is set by
// hand, and a folder for the file.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "history/archive.h"
#include "history/history.h"
#include "tests/unit/plans.h"

namespace reinfer::tests {

using namespace std::chrono_literals;

inline constexpr const char* kHistoryPlan = R"(
[[tenant]]
name = "acme"
base_url = "https://acme.reinfer.io"
token_env = "T"
[[tenant.probe]]
use = "projects"
interval = "10s"
[[tenant.probe]]
use = "projects"
name = "second"
interval = "10s"
)";

// 2027-01-15 08:00 UTC, on the edge of an hour.
inline constexpr base::WallTime kHistoryStart{1'800'000'000s};

struct HistoryFolder {
  HistoryFolder()
      : path(std::filesystem::temp_directory_path() /
             ("history-" + std::to_string(next++) + "-" + std::to_string(getpid()))) {
    std::filesystem::create_directory(path);
  }
  ~HistoryFolder() { std::filesystem::remove_all(path); }
  std::string file() const { return (path / "history.db").string(); }
  static inline int next = 0;
  std::filesystem::path path;
};

// The exporter's clock, set by hand.
struct HistoryClock final : base::Clock {
  explicit HistoryClock(base::Instant begin) : at(begin) {}
  base::Instant now() const override { return at; }
  base::Instant at;
};

// An exporter's life: results in the ledgers, and the history that writes them down.
struct ExporterLife {
  explicit ExporterLife(std::string file, const std::string& toml = kHistoryPlan,
                        base::Instant begin = {kHistoryStart, base::MonoTime{1000h}})
      : clock(begin), plan(plan_from(toml)), ledgers(plan, clock.at), file_(std::move(file)) {}

  void open() { history.emplace(file_, ledgers, clock, figures, log); }
  void probe(model::Outcome outcome, std::size_t target = 0, base::Nanoseconds total = 100ms) {
    model::ProbeResult result;
    result.target = model::TargetIndex(target);
    result.outcome = outcome;
    result.started = result.finished = clock.at;
    if (outcome == model::Outcome::ok) result.phases.total = total;
    result.request_id = "id-" + std::to_string(++probes);
    ledgers.part(0).record_started(result.target, 0ns);
    ledgers.part(0).record(result);
  }
  void pass(base::Nanoseconds time) {
    clock.at.wall += time;
    clock.at.mono += time;
  }
  // Results 10 s apart.
  void probes_of(std::initializer_list<model::Outcome> outcomes) {
    for (const model::Outcome outcome : outcomes) {
      probe(outcome);
      pass(10s);
    }
  }
  std::vector<history::StretchRow> days(std::optional<std::string> of = "projects") {
    return history
        ->ask([&](history::Archive& archive) {
          return archive.availability({"acme", std::move(of)}, history::kDay,
                                      kHistoryStart - 24h * 500, clock.at.wall);
        })
        .value();
  }
  std::vector<record::IncidentFacts> incidents(history::IncidentQuery query = {}) {
    return history->ask([&](history::Archive& archive) { return archive.incidents(query); })
        .value();
  }

  HistoryClock clock;
  std::shared_ptr<const model::Plan> plan;
  record::Ledgers ledgers;
  base::Instruments instruments;
  history::HistoryInstruments figures{instruments};
  base::Log log = base::Log::silent();
  std::optional<history::History> history;
  int probes = 0;

 private:
  const std::string file_;
};

}  // namespace reinfer::tests
