// A week of an exporter's life with faults, restarts, kills and gaps, by dice, and what was written
// of it: the independent count for the tests of whatever reads a history.
#pragma once

#include <array>
#include <random>

#include "tests/unit/history_life.h"

namespace reinfer::tests {

inline constexpr const char* kWeekPlan = R"(
[defaults]
slo = { availability = 99 }
[[tenant]]
name = "acme"
base_url = "https://acme.reinfer.io"
token_env = "T"
[[tenant.probe]]
use = "projects"
interval = "2m"
[[tenant.probe]]
use = "projects"
name = "second"
interval = "2m"
)";

// 2026-01-15 08:00:17 UTC: at the edge of no slice, and in the past, as programs see it.
inline constexpr base::WallTime kWeekStart{1'768'464'017s};
inline constexpr base::Nanoseconds kSlot = 2min;
inline constexpr int kSlots = 7 * 24 * 30;
inline constexpr std::array kProbes = {"projects", "second"};
inline constexpr std::array kFailures = {
    model::Outcome::server_error, model::Outcome::gateway_error, model::Outcome::connect_error,
    model::Outcome::unauthorized};

// One result that was written down, as the test knows it.
struct Known {
  base::WallTime at;
  model::Outcome outcome;
  base::Nanoseconds total{};  // of a good one
  int life = 0;               // of the exporter
};

inline bool is_event(model::Outcome outcome) {
  return outcome != model::Outcome::unauthorized;
}

struct KnownIncident {
  base::WallTime since;
  std::optional<base::WallTime> recovered;
  std::uint64_t failures = 0;
  bool operator==(const KnownIncident&) const = default;
};

// By the rule that the README states: from the first failure to the first of three good results in
// a row, listed from three failures on.
inline std::vector<KnownIncident> incidents_of(const std::vector<Known>& results) {
  std::vector<KnownIncident> all;
  std::optional<KnownIncident> now;
  std::vector<base::WallTime> good;
  for (const Known& result : results) {
    if (result.outcome != model::Outcome::ok) {
      if (!now) now = KnownIncident{result.at, std::nullopt, 0};
      ++now->failures;
      good.clear();
    } else if (now) {
      good.push_back(result.at);
      if (good.size() < 3) continue;
      now->recovered = good.front();
      if (now->failures >= 3) all.push_back(*now);
      now.reset();
      good.clear();
    }
  }
  if (now && now->failures >= 3) all.push_back(*now);
  return all;
}

// The exporter's lives, one after the other, and what was written of them.
class Week {
 public:
  explicit Week(unsigned seed) : random_(seed) { begin(); }

  void play() {
    for (int slot = 0; slot < kSlots; ++slot) {
      if (chance(400)) restart(true);
      if (chance(400)) restart(false);
      life_->pass(kSlot);
      for (std::size_t i = 0; i < kProbes.size(); ++i) {
        const model::Outcome outcome = next_outcome(i);
        const base::Nanoseconds total = 80ms + std::chrono::microseconds(random_() % 100'000);
        life_->probe(outcome, i, total);
        unwritten_[i].push_back({life_->clock.at.wall, outcome, total, restarts_});
      }
      // A kill loses what was not written yet.
      if (!chance(4)) write();
    }
    write();
  }

  ExporterLife& life() { return *life_; }
  const std::vector<Known>& known(std::size_t target) const { return known_[target]; }
  int restarts() const { return restarts_; }
  std::string folder() const { return folder_.path.string(); }

 private:
  bool chance(unsigned one_of) { return random_() % one_of == 0; }

  void begin() {
    life_.emplace(folder_.file(), kWeekPlan, at_);
    life_->open();
    life_->history->turn();
  }

  void restart(bool killed) {
    ++restarts_;
    if (killed)
      unwritten_ = {};
    else
      write();
    at_ = life_->clock.at;
    // Whole slots, so that a day's count stays easy.
    const base::Nanoseconds gap = kSlot * static_cast<std::int64_t>(random_() % 60);
    at_.wall += gap;
    at_.mono += gap;
    begin();
  }

  void write() {
    life_->history->turn();
    for (std::size_t i = 0; i < kProbes.size(); ++i) {
      known_[i].insert(known_[i].end(), unwritten_[i].begin(), unwritten_[i].end());
      unwritten_[i].clear();
    }
  }

  model::Outcome next_outcome(std::size_t target) {
    Stretch& stretch = stretches_[target];
    if (stretch.left == 0) {
      stretch.left = 1 + static_cast<int>(random_() % 80);
      stretch.outcome = chance(5) ? kFailures.at(random_() % kFailures.size()) : model::Outcome::ok;
      if (stretch.outcome != model::Outcome::ok) stretch.left = 1 + stretch.left / 8;
    }
    --stretch.left;
    return stretch.outcome;
  }

  struct Stretch {
    model::Outcome outcome = model::Outcome::ok;
    int left = 0;
  };

  const HistoryFolder folder_;
  std::mt19937 random_;
  base::Instant at_{kWeekStart, base::MonoTime{1000h}};
  std::optional<ExporterLife> life_;
  std::array<std::vector<Known>, kProbes.size()> known_;
  std::array<std::vector<Known>, kProbes.size()> unwritten_;
  std::array<Stretch, kProbes.size()> stretches_;
  int restarts_ = 0;
};

}  // namespace reinfer::tests
