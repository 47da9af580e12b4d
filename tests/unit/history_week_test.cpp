// A week of life with faults, restarts, kills and gaps, and every reader's answer against a count
// of our own.
#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <random>

#include "api/documents.h"
#include "sla/history_series.h"
#include "sla/report.h"
#include "sla/tenant_slices.h"
#include "tests/unit/history_life.h"

namespace reinfer::tests {
namespace {

using model::Outcome;

constexpr const char* kWeekPlan = R"(
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

constexpr base::Nanoseconds kSlot = 2min;
constexpr int kSlots = 7 * 24 * 30;
constexpr std::array kProbes = {"projects", "second"};
constexpr std::array kFailures = {Outcome::server_error, Outcome::gateway_error,
                                  Outcome::connect_error, Outcome::unauthorized};

// One result that was written down, as the test knows it.
struct Known {
  base::WallTime at;
  Outcome outcome;
};

bool is_event(Outcome outcome) {
  return outcome != Outcome::unauthorized;
}

struct KnownIncident {
  base::WallTime since;
  std::optional<base::WallTime> recovered;
  std::uint64_t failures = 0;
  bool operator==(const KnownIncident&) const = default;
};

// By the rule that the README states: from the first failure to the first of three good results in
// a row, listed from three failures on.
std::vector<KnownIncident> incidents_of(const std::vector<Known>& results) {
  std::vector<KnownIncident> all;
  std::optional<KnownIncident> now;
  std::vector<base::WallTime> good;
  for (const Known& result : results) {
    if (result.outcome != Outcome::ok) {
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
        const Outcome outcome = next_outcome(i);
        life_->probe(outcome, i);
        unwritten_[i].push_back({life_->clock.at.wall, outcome});
      }
      // A kill loses what was not written yet.
      if (!chance(4)) write();
    }
    write();
  }

  ExporterLife& life() { return *life_; }
  const std::vector<Known>& known(std::size_t target) const { return known_[target]; }
  int restarts() const { return restarts_; }

 private:
  bool chance(unsigned one_of) { return random_() % one_of == 0; }

  void begin() {
    life_.emplace(folder_.file(), kWeekPlan);
    life_->clock.at = at_;
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

  Outcome next_outcome(std::size_t target) {
    Stretch& stretch = stretches_[target];
    if (stretch.left == 0) {
      stretch.left = 1 + static_cast<int>(random_() % 80);
      stretch.outcome = chance(5) ? kFailures.at(random_() % kFailures.size()) : Outcome::ok;
      if (stretch.outcome != Outcome::ok) stretch.left = 1 + stretch.left / 8;
    }
    --stretch.left;
    return stretch.outcome;
  }

  struct Stretch {
    Outcome outcome = Outcome::ok;
    int left = 0;
  };

  const HistoryFolder folder_;
  std::mt19937 random_;
  // Results and restarts are at the edge of no slice.
  base::Instant at_{kHistoryStart + 17s, base::MonoTime{1000h}};
  std::optional<ExporterLife> life_;
  std::array<std::vector<Known>, kProbes.size()> known_;
  std::array<std::vector<Known>, kProbes.size()> unwritten_;
  std::array<Stretch, kProbes.size()> stretches_;
  int restarts_ = 0;
};

void check_days(Week& week, std::size_t target) {
  std::map<std::int64_t, std::pair<std::uint64_t, std::uint64_t>> expected;  // good and bad
  for (const Known& result : week.known(target)) {
    auto& day = expected[history::stretch_of(result.at, history::kDay)];
    day.first += result.outcome == Outcome::ok ? 1 : 0;
    day.second += result.outcome != Outcome::ok && is_event(result.outcome) ? 1 : 0;
  }
  const auto days = week.life().days(kProbes.at(target));
  REQUIRE(days.size() == expected.size());
  for (const history::StretchRow& day : days) {
    const auto& [good, bad] = expected.at(history::stretch_of(day.begin, history::kDay));
    CHECK(day.counts.good == good);
    CHECK(day.counts.bad == bad);
  }
}

void check_incidents(Week& week, std::size_t target) {
  std::vector<KnownIncident> expected = incidents_of(week.known(target));
  history::IncidentQuery query;
  query.probe = kProbes.at(target);
  query.limit = 1000;
  std::vector<KnownIncident> found;
  for (const record::IncidentFacts& incident : week.life().incidents(query))
    found.insert(found.begin(), {incident.since, incident.recovered, incident.failures});
  CHECK(found == expected);
  const auto snapshot = week.life().ledgers.snapshot(week.life().clock.at);
  const auto document =
      api::api_incidents(snapshot,
                         [&](const history::IncidentQuery& asked) {
                           return week.life().history->ask(
                               [&](history::Archive& archive) { return archive.incidents(asked); });
                         },
                         {{"probe", kProbes.at(target)}, {"limit", "1000"}});
  REQUIRE(document);
  CHECK(nlohmann::json::parse(*document)["data"].size() == expected.size());
}

void check_report(Week& week) {
  const base::WallTime now = week.life().clock.at.wall;
  const sla::Month month = *sla::parse_month("2027-01", "UTC", now);
  const sla::TimeSpan span = sla::history_span(month.span, now);
  const auto counted = week.life().history->ask(
      [&](history::Archive& archive) { return archive.counted("acme", span.from, span.to); });
  const auto targets = sla::stored_targets("acme", *counted, span);
  const auto rows = sla::make_rows(targets, month, 1000);
  REQUIRE(rows.size() == kProbes.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::uint64_t events = 0;
    std::uint64_t good = 0;
    std::uint64_t excluded = 0;
    for (const Known& result : week.known(i)) {
      events += is_event(result.outcome) ? 1 : 0;
      excluded += is_event(result.outcome) ? 0 : 1;
      good += result.outcome == Outcome::ok ? 1 : 0;
    }
    CHECK(rows[i].events == events);
    CHECK(rows[i].good == good);
    CHECK(rows[i].excluded.at("credentials") == excluded);
    CHECK(rows[i].slots.judged == doctest::Approx(static_cast<double>(events)));
  }
  const auto tenant = sla::tenant_row(targets, month, 1000);
  REQUIRE(tenant);
  std::map<std::int64_t, bool> slices;  // whether any was good
  for (std::size_t i = 0; i < kProbes.size(); ++i)
    for (const Known& result : week.known(i))
      if (is_event(result.outcome))
        slices[history::stretch_of(result.at, history::kSlice)] |= result.outcome == Outcome::ok;
  slices.erase(history::stretch_of(now, history::kSlice));  // is not over
  std::uint64_t good = 0;
  for (const auto& [slice, is_good] : slices)
    good += is_good ? 1 : 0;
  CHECK(tenant->events == slices.size());
  CHECK(tenant->good == good);
}

TEST_CASE("after a week of faults, restarts, kills and gaps every reader tells what happened") {
  for (const unsigned seed : {1U, 20261129U}) {
    CAPTURE(seed);
    Week week(seed);
    week.play();
    CHECK(week.restarts() > 5);
    for (std::size_t target = 0; target < kProbes.size(); ++target) {
      CAPTURE(target);
      check_days(week, target);
      check_incidents(week, target);
    }
    check_report(week);
  }
}

}  // namespace
}  // namespace reinfer::tests
