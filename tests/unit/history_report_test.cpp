#include <doctest/doctest.h>

#include <SQLiteCpp/SQLiteCpp.h>

#include <array>
#include <map>

#include "history/slice.h"
#include "sla/history_series.h"
#include "sla/report.h"
#include "sla/tenant_slices.h"
#include "tests/unit/history_life.h"

namespace reinfer::tests::history_report_test {
namespace {

using model::Outcome;

constexpr const char* kPlan = R"(
[defaults]
slo = { availability = 99, latency = "500ms", latency_ratio = 95 }
[[tenant]]
name = "acme"
base_url = "https://acme.reinfer.io"
token_env = "T"
labels = { environment = "prod" }
[[tenant.probe]]
use = "projects"
interval = "30s"
[[tenant.probe]]
use = "projects"
name = "second"
interval = "60s"
[[tenant.maintenance]]
start = 2027-01-15T11:00:00Z
end = 2027-01-15T11:20:00Z
)";

const sla::Month kJanuary = *sla::parse_month("2027-01", "UTC", kHistoryStart + 24h * 60);

// As a Prometheus stores the exporter's counters that it scrapes every 30 seconds.
class Scrapes {
 public:
  void take(const ExporterLife& life) {
    const record::Snapshot snapshot = life.ledgers.snapshot(life.clock.at);
    for (std::size_t i = 0; i < snapshot.targets.size(); ++i)
      take(snapshot.plan->targets()[i], snapshot.targets[i], life.clock.at.wall);
  }
  std::vector<sla::StoredTarget> targets() const {
    std::vector<sla::StoredTarget> all;
    for (const auto& [probe, target] : targets_)
      all.push_back(target);
    return all;
  }
  void note_restart(base::WallTime at) {
    for (auto& [probe, target] : targets_)
      target.restarts.push_back(at);
  }

 private:
  void take(const model::Target& target, const record::TargetRecord& record, base::WallTime now) {
    sla::StoredTarget& stored = targets_[target.probe];
    stored.labels = {{"tenant", "acme"}, {"probe", target.probe}, {"environment", "prod"}};
    stored.instance = "exporter:9469";
    const auto put = [&](sla::Samples& samples, double value) { samples.push_back({now, value}); };
    for (const auto objective : {model::Objective::availability, model::Objective::latency}) {
      sla::StoredObjective& own = stored.objectives[std::string(to_label(objective))];
      const record::EventCount& count = record::of(record.objectives, objective);
      put(own.events, static_cast<double>(count.events));
      put(own.good, static_cast<double>(count.good));
      put(own.egress,
          static_cast<double>(count.excluded[static_cast<std::size_t>(model::Exclusion::egress)]));
      put(own.ratio, objective == model::Objective::availability ? 0.99 : 0.95);
    }
    put(stored.latency_threshold, 0.5);
    put(stored.interval, base::to_seconds(target.interval));
    for (const auto fault : model::kCountableFaults)
      put(stored.counted[std::string(to_label(fault))], 1);
    for (const Outcome outcome : model::all_outcomes())
      put(stored.results[std::string(to_label(outcome))],
          static_cast<double>(record.outcomes[static_cast<std::size_t>(outcome)]));
    for (std::size_t i = 0; i < record.skipped.size(); ++i)
      put(stored.skipped[std::string(to_label(static_cast<model::SkipReason>(i)))],
          static_cast<double>(record.skipped[i]));
  }

  std::map<std::string, sla::StoredTarget> targets_;
};

std::vector<sla::StoredTarget> from_history(ExporterLife& life, base::WallTime now,
                                            const sla::Month& month = kJanuary) {
  const sla::TimeSpan span = sla::history_span(month.span, now);
  const auto counted = life.history->ask(
      [&](history::Archive& archive) { return archive.counted("acme", span.from, span.to); });
  REQUIRE(counted);
  return sla::stored_targets("acme", *counted, span);
}

// What happens in each half minute of a day.
Outcome outcome_at(int slot) {
  if (slot >= 400 && slot < 460) return Outcome::server_error;  // half an hour
  if (slot >= 460 && slot < 470) return Outcome::gateway_error;
  if (slot >= 900 && slot < 1000) return Outcome::unauthorized;
  if (slot % 500 == 499) return Outcome::connect_error;
  return Outcome::ok;
}

struct Figures {
  sla::Count events, good;
  sla::Counts by_outcome, excluded, skipped;
  std::optional<double> objective, ratio;
  sla::SlaVerdict verdict;
  std::size_t outages;
  bool operator==(const Figures&) const = default;
};

Figures figures_of(const sla::SlaRow& row) {
  return {row.events,    row.good,  row.bad_by_outcome, row.excluded,     row.skipped,
          row.objective, row.ratio, row.verdict,        row.outages_total};
}

TEST_CASE("a month's report is the same from the history and from Prometheus") {
  const HistoryFolder folder;
  ExporterLife life(folder.file(), kPlan);
  life.open();
  life.history->turn();
  Scrapes scrapes;
  scrapes.take(life);
  for (int slot = 0; slot < 2 * 60 * 24; ++slot) {
    const base::Nanoseconds total = slot % 50 == 7 ? 700ms : 80ms;
    life.pass(15s);
    if (slot < 1500 || slot >= 1540)
      life.probe(outcome_at(slot), 0, total);
    else
      life.ledgers.part(0).record_skipped(model::TargetIndex{0}, model::SkipReason::throttled);
    if (slot % 2 == 0) life.probe(slot > 2000 && slot < 2100 ? Outcome::dns_error : Outcome::ok, 1);
    life.pass(15s);
    life.history->turn();
    scrapes.take(life);
  }
  const base::WallTime now = life.clock.at.wall;
  const auto own = sla::make_rows(from_history(life, now), kJanuary, 10);
  const auto stored = sla::make_rows(scrapes.targets(), kJanuary, 10);
  REQUIRE(own.size() == 4);
  REQUIRE(stored.size() == 4);
  for (std::size_t i = 0; i < own.size(); ++i) {
    CAPTURE(own[i].label("probe"));
    CAPTURE(own[i].slo);
    CHECK(own[i].slo == stored[i].slo);
    CHECK(own[i].label("environment") == "prod");
    CHECK(figures_of(own[i]) == figures_of(stored[i]));
    CHECK(own[i].slots.judged == stored[i].slots.judged);
    CHECK(own[i].slots.due == doctest::Approx(stored[i].slots.due).epsilon(0.001));
    CHECK(own[i].slots.unjudged == stored[i].slots.unjudged);
    for (std::size_t day = 0; day < own[i].days.size(); ++day) {
      CHECK(own[i].days[day].events == stored[i].days[day].events);
      CHECK(own[i].days[day].bad == stored[i].days[day].bad);
    }
  }
  CHECK(own[0].bad == 74);
  CHECK(own[0].excluded.at("maintenance") > 0);
  CHECK(own[0].skipped.at("throttled") == 40);
  const auto tenant = sla::tenant_row(from_history(life, now), kJanuary, 10);
  const auto same = sla::tenant_row(scrapes.targets(), kJanuary, 10);
  REQUIRE(tenant);
  CHECK(figures_of(*tenant) == figures_of(*same));
}

TEST_CASE("a report from the history loses nothing at a restart, and says what was not watched") {
  const HistoryFolder folder;
  base::Instant at{kHistoryStart, base::MonoTime{1000h}};
  for (int start = 0; start < 3; ++start) {
    ExporterLife life(folder.file(), kPlan);
    life.clock.at = at;
    life.open();
    for (int slot = 0; slot < 120; ++slot) {
      life.history->turn();
      life.probe(Outcome::ok, 0);
      life.pass(30s);
    }
    life.history->turn();
    at = life.clock.at;
    at.wall += 1h;
    at.mono += 1h;
  }
  ExporterLife life(folder.file(), kPlan);
  life.clock.at = at;
  life.open();
  const auto rows = sla::make_rows(from_history(life, at.wall), kJanuary, 10);
  REQUIRE(!rows.empty());
  CHECK(rows[0].events == 360);
  CHECK(rows[0].good == 360);
  // Before the first start, the two hours between, and what came afterwards.
  CHECK(rows[0].coverage.unwatched.size() == 4);
  CHECK(rows[0].verdict == sla::SlaVerdict::unknown);
  CHECK(rows[0].coverage.restarts == 0);
}

TEST_CASE("a report of the present month has what was counted up to this second") {
  const HistoryFolder folder;
  ExporterLife life(folder.file(), kPlan);
  life.open();
  life.history->turn();
  for (int slot = 0; slot < 13; ++slot) {
    life.pass(30s);
    life.probe(Outcome::ok, 0);
    life.history->turn();
  }
  // Within the second, and later: the exporter was at work until `at`.
  life.pass(700ms);
  life.probe(Outcome::ok, 0);
  life.history->turn();
  for (const base::Nanoseconds later : {0ms, 200ms, 299ms, 300ms, 40'000ms}) {
    CAPTURE(later.count());
    const base::WallTime now = life.clock.at.wall + later;
    const sla::Month month = *sla::parse_month("2027-01", "UTC", now);
    const auto rows = sla::make_rows(from_history(life, now, month), month, 10);
    REQUIRE(!rows.empty());
    CHECK(rows[0].events == 14);
  }
}

TEST_CASE("an objective that changed and a probe that was removed are held to what they were") {
  const HistoryFolder folder;
  const std::string plain = kPlan;
  std::string stricter = plain;
  stricter.replace(stricter.find("availability = 99,"), 18, "availability = 99.9,");
  std::string removed = stricter;
  removed.erase(removed.find("[[tenant.probe]]\nuse = \"projects\"\nname"),
                std::string_view("[[tenant.probe]]\nuse = \"projects\"\nname = \"second\"\n"
                                 "interval = \"60s\"\n")
                    .size());
  base::Instant at{kHistoryStart, base::MonoTime{1000h}};
  for (const std::string& toml : {plain, stricter, removed}) {
    ExporterLife life(folder.file(), toml);
    life.clock.at = at;
    life.open();
    life.history->turn();
    for (int slot = 0; slot < 40; ++slot) {
      life.pass(30s);
      life.probe(Outcome::ok, 0);
      if (life.plan->targets().size() > 1) life.probe(Outcome::ok, 1);
      life.history->turn();
    }
    at = life.clock.at;
    if (toml != removed) continue;
    const auto rows = sla::make_rows(from_history(life, at.wall), kJanuary, 10);
    REQUIRE(rows.size() == 4);
    REQUIRE(rows[0].stretches.size() == 2);
    CHECK(rows[0].stretches[0].objective == 0.99);
    CHECK(rows[0].stretches[1].objective == 0.999);
    CHECK(rows[0].events == 120);
    CHECK(rows[2].label("probe") == "second");
    CHECK(rows[2].events == 80);
    CHECK(rows[2].coverage.data->to == kHistoryStart + 40min);
  }
}

TEST_CASE("what a removed target was held to goes with it, and none that comes later inherits it") {
  const HistoryFolder folder;
  std::string removed = kPlan;
  const std::string_view second =
      "[[tenant.probe]]\nuse = \"projects\"\nname = \"second\"\ninterval = \"60s\"\n";
  removed.erase(removed.find(second), second.size());
  base::Instant at{kHistoryStart, base::MonoTime{1000h}};
  for (const std::string& toml : {std::string(kPlan), removed, std::string(kPlan)}) {
    ExporterLife life(folder.file(), toml);
    life.clock.at = at;
    life.open();
    life.history->turn();
    life.pass(24h * 441);
    life.probe(Outcome::ok);
    life.history->turn();
    at = life.clock.at;
    const auto counted = life.history->ask(
        [&](history::Archive& archive) { return archive.counted("acme", at.wall - 24h, at.wall); });
    REQUIRE(counted);
    for (const history::CountedTarget& target : counted->targets)
      if (target.probe == "second") CHECK(target.settings.front().since > at.wall - 24h * 442);
    if (toml == removed) CHECK(counted->targets.size() == 1);
  }
}

TEST_CASE(
    "slots that wait for a disk are bounded as results are, and counted where they are lost") {
  const HistoryFolder folder;
  // A folder in the place of the file: it cannot be opened.
  std::filesystem::create_directory(folder.file());
  ExporterLife life(folder.file(), kPlan);
  life.open();
  for (int batch = 0; batch < 2; ++batch) {
    for (int i = 0; i < 60'000; ++i)
      life.ledgers.part(0).record_skipped(model::TargetIndex{0}, model::SkipReason::credentials);
    life.history->turn();
  }
  CHECK(life.figures.dropped[history::HistoryInstruments::queue].value() == 60'000);
}

TEST_CASE("counts of a slice are the same after they were written and read") {
  history::SliceCounts counts;
  counts.objectives[0] = {9, 1, 0};
  counts.objectives[1] = {8, 0, 3};
  counts.results[static_cast<std::size_t>(Outcome::ok)] = 9;
  counts.results[static_cast<std::size_t>(Outcome::monitor_error)] = 1;
  counts.skipped[static_cast<std::size_t>(model::SkipReason::stall)] = 12345678901;
  const std::string text = history::to_text(counts);
  CHECK(text ==
        "availability+ 9 availability- 1 latency+ 8 latency~ 3 ok 9 monitor_error 1 "
        "skipped:stall 12345678901");
  CHECK(history::slice_from_text(text) == counts);
  CHECK(history::to_text({}).empty());
  for (const char* strange : {"", " ", "ok", "ok x", "new_outcome 3", "skipped:new 1", "+ 1"})
    CHECK(history::slice_from_text(strange) == history::SliceCounts{});
}

TEST_CASE("of blips the last one of a target stays for longer than a day, and incidents stay") {
  constexpr Outcome ok = Outcome::ok;
  constexpr Outcome bad = Outcome::server_error;
  const HistoryFolder folder;
  ExporterLife life(folder.file());
  life.open();
  life.probes_of({bad, bad, bad, ok, ok, ok});
  for (int blip = 0; blip < 5; ++blip)
    life.probes_of({bad, ok, ok, ok});
  const auto stored = [&] {
    life.history->turn();
    return (*history::open_database(folder.file()))
        ->execAndGet("select count(*) from incident")
        .getInt();
  };
  CHECK(stored() == 6);
  life.pass(24h * 2);
  life.probe(ok);
  CHECK(stored() == 2);
  CHECK(life.incidents().size() == 1);
}

TEST_CASE("a file of the first schema is brought up to this one and keeps what it has") {
  const HistoryFolder folder;
  {
    ExporterLife life(folder.file(), kPlan);
    life.open();
    life.probe(Outcome::server_error);
    life.history->turn();
  }
  {
    auto database = history::open_database(folder.file());
    REQUIRE(database);
    for (const char* table : {"skipped", "slice", "setting", "run", "open_day", "packed_slices",
                              "packed_quarters", "packed_hours", "packed_days"})
      (*database)->exec(std::string("drop table ") + table);
    (*database)->exec("alter table result drop column marks");
    (*database)->exec("pragma user_version = 1");
  }
  const auto reading = history::open_to_read(folder.file());
  REQUIRE_FALSE(reading);
  CHECK(reading.error().text.starts_with("its schema is version 1"));
  ExporterLife life(folder.file(), kPlan);
  life.pass(1min);
  life.open();
  life.probe(Outcome::ok);
  life.history->turn();
  CHECK(life.days()[0].counts.results() == 2);
  CHECK(std::filesystem::exists(folder.file()));
  CHECK_FALSE(std::filesystem::exists(folder.file() + ".broken"));
}

}  // namespace
}  // namespace reinfer::tests::history_report_test
