#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "history/archive.h"
#include "history/evidence_json.h"
#include "history/history.h"
#include "tests/unit/history_life.h"

namespace reinfer::tests::history_test {
namespace {

using namespace std::chrono_literals;
using model::Outcome;

constexpr Outcome kOk = Outcome::ok;
constexpr Outcome kBad = Outcome::server_error;

TEST_CASE("what the history is asked for is the same before and after results are folded") {
  const HistoryFolder folder;
  ExporterLife life(folder.file());
  life.open();
  life.probes_of({kOk, kOk, kBad, Outcome::unauthorized});
  for (int folded = 0; folded < 2; ++folded) {
    life.history->turn();
    const auto days = life.days();
    REQUIRE(days.size() == 1);
    CHECK(days[0].counts.good == 2);
    CHECK(days[0].counts.bad == 1);
    CHECK(days[0].counts.excluded == 1);
    CHECK(days[0].counts.main_fault() == model::Fault::platform);
    CHECK(days[0].due == doctest::Approx(8640));
    life.pass(6min);
  }
  CHECK(life.figures.results.value() == 4);
  CHECK(life.figures.errors.value() == 0);
}

TEST_CASE("a tenant's days are the sum of its targets'") {
  const HistoryFolder folder;
  ExporterLife life(folder.file());
  life.open();
  life.probe(kOk, 0);
  life.probe(kBad, 1);
  life.history->turn();
  const auto days = life.days(std::nullopt);
  REQUIRE(days.size() == 1);
  CHECK(days[0].counts.ratio() == doctest::Approx(0.5));
  CHECK(days[0].due == doctest::Approx(2 * 8640));
}

TEST_CASE("an overview has every tenant's days and every target's sum, before and after a fold") {
  const HistoryFolder folder;
  ExporterLife life(folder.file());
  life.open();
  for (int day = 0; day < 3; ++day) {
    life.probe(kOk, 0);
    life.probe(day == 1 ? kBad : kOk, 1);
    for (int folded = 0; folded < 2; ++folded) {
      life.history->turn();
      const auto past =
          life.history->overview(kHistoryStart - 24h * 90, kHistoryStart + 24h, life.clock.at.wall);
      REQUIRE(past);
      const auto& days = past->days.at("acme");
      REQUIRE(days.size() == static_cast<std::size_t>(day + 1));
      CHECK(days.back().begin == kHistoryStart + 24h * day - 8h);
      CHECK(days.back().counts == life.days(std::nullopt).back().counts);
      CHECK(days.back().due == doctest::Approx(2 * 8640));
      if (day < 1) continue;
      const history::StretchRow& second = past->budgets.at({"acme", "second"});
      CHECK(second.counts.bad == 1);
      CHECK(second.counts.good == static_cast<std::uint64_t>(day - 1));
      life.pass(6min);
    }
    life.pass(24h - 12min);
  }
}

TEST_CASE("days that are over are read again after an hour, for what came late") {
  const HistoryFolder folder;
  ExporterLife life(folder.file());
  life.open();
  const auto good = [&] {
    std::uint64_t sum = 0;
    const auto past =
        life.history->overview(kHistoryStart - 24h * 90, kHistoryStart, life.clock.at.wall);
    for (const history::StretchRow& day : past->days.at("acme"))
      sum += day.counts.good;
    return sum;
  };
  life.probe(kOk);
  life.history->turn();
  life.pass(24h);
  CHECK(good() == 1);
  life.clock.at.wall -= 24h;
  life.probe(kOk);
  life.clock.at.wall += 24h;
  life.history->turn();
  CHECK(good() == 1);
  life.pass(61min);
  CHECK(good() == 2);
}

TEST_CASE("when a target was first probed is known once it has been folded") {
  const HistoryFolder folder;
  ExporterLife life(folder.file());
  life.open();
  const auto first = [&] {
    return *life.history->ask(
        [](history::Archive& archive) { return archive.first_result("acme", "projects"); });
  };
  life.history->turn();
  life.probe(kOk);
  life.history->turn();
  CHECK_FALSE(first());
  life.pass(6min);
  life.history->turn();
  CHECK(first() == kHistoryStart);
}

TEST_CASE("a day is watched as far as it has results, up to now") {
  history::StretchRow row{kHistoryStart, history::kDay, {}, 8640};
  row.counts.good = 360;
  CHECK(row.watched(kHistoryStart + 1h) == doctest::Approx(1));
  CHECK(row.watched(kHistoryStart + 2h) == doctest::Approx(0.5));
  CHECK(row.watched(kHistoryStart + 48h) == doctest::Approx(360.0 / 8640));
}

TEST_CASE("an incident is kept from its first failure to its recovery, and a blip is not listed") {
  const HistoryFolder folder;
  ExporterLife life(folder.file());
  life.open();
  life.probes_of({kOk, kBad, kOk, kOk, kOk, kBad, kBad, Outcome::gateway_error});
  life.history->turn();
  auto incidents = life.incidents();
  REQUIRE(incidents.size() == 1);
  CHECK(incidents[0].since == kHistoryStart + 50s);
  CHECK_FALSE(incidents[0].recovered);
  CHECK(incidents[0].fault == model::Fault::platform);
  CHECK(incidents[0].outcome == Outcome::gateway_error);
  CHECK(incidents[0].failures == 3);
  life.probes_of({kOk, kOk, kOk});
  life.history->turn();
  incidents = life.incidents();
  REQUIRE(incidents.size() == 1);
  CHECK(incidents[0].recovered == kHistoryStart + 80s);
}

TEST_CASE("a restart in an outage goes on with the same incident, and with what was known") {
  const HistoryFolder folder;
  {
    ExporterLife life(folder.file());
    life.open();
    life.probes_of({kOk, kBad, kBad});
    life.history->turn();
  }
  ExporterLife life(folder.file());
  life.pass(5min);
  life.open();
  const auto health = life.ledgers.snapshot(life.clock.at).targets[0].health;
  REQUIRE(health.trouble);
  CHECK(health.trouble->since.wall == kHistoryStart + 10s);
  CHECK(health.trouble->since.mono ==
        life.clock.at.mono - (life.clock.at.wall - kHistoryStart - 10s));
  CHECK(health.finished->wall == kHistoryStart + 20s);
  const auto evidence = life.ledgers.evidence("acme", "projects");
  REQUIRE(evidence->evidence.failures().size() == 2);
  CHECK(evidence->evidence.failures()[0].request_id == "id-2");
  life.probes_of({kBad, kOk, kOk, kOk});
  life.history->turn();
  const auto incidents = life.incidents();
  REQUIRE(incidents.size() == 1);
  CHECK(incidents[0].since == kHistoryStart + 10s);
  CHECK(incidents[0].failures == 3);
  CHECK(incidents[0].recovered == kHistoryStart + 5min + 10s);
}

TEST_CASE("the last day of a target is there after a restart") {
  const HistoryFolder folder;
  {
    ExporterLife life(folder.file());
    life.open();
    life.probes_of({kOk, kBad});
    life.history->turn();
    life.pass(6min);
    life.history->turn();
  }
  ExporterLife life(folder.file());
  life.pass(30min);
  life.open();
  life.probe(kOk);
  const auto recents = life.ledgers.recents(life.plan.get(), {model::TargetIndex(0)});
  const record::AvailabilitySum day = recents->front().over_day(life.clock.at.mono);
  CHECK(day.good == 2);
  CHECK(day.bad == 1);
}

TEST_CASE("targets that are not configured any more keep their past, marked so") {
  const HistoryFolder folder;
  {
    ExporterLife life(folder.file());
    life.open();
    life.probes_of({kBad, kBad, kBad});
    life.history->turn();
  }
  ExporterLife life(folder.file(), R"(
[[tenant]]
name = "acme"
base_url = "https://acme.reinfer.io"
token_env = "T"
[[tenant.probe]]
use = "projects"
name = "second"
)");
  life.open();
  life.history->turn();
  const auto incidents = life.incidents();
  REQUIRE(incidents.size() == 1);
  CHECK(incidents[0].removed);
  CHECK(incidents[0].probe == "projects");
  CHECK(life.days()[0].counts.bad == 3);
}

TEST_CASE("incidents are asked for by target, fault and time, page by page") {
  const HistoryFolder folder;
  ExporterLife life(folder.file());
  life.open();
  for (int i = 0; i < 5; ++i)
    life.probes_of({kBad, kBad, kBad, kOk, kOk, kOk});
  life.history->turn();
  history::IncidentQuery query;
  query.limit = 2;
  std::vector<base::WallTime> seen;
  for (;;) {
    const auto page = life.incidents(query);
    if (page.empty()) break;
    for (const auto& incident : page)
      seen.push_back(incident.since);
    query.after = {page.back().since, page.back().id};
  }
  REQUIRE(seen.size() == 5);
  CHECK(std::is_sorted(seen.rbegin(), seen.rend()));
  history::IncidentQuery other;
  other.fault = model::Fault::network;
  CHECK(life.incidents(other).empty());
  other = {};
  other.probe = "second";
  CHECK(life.incidents(other).empty());
  other = {};
  other.since = kHistoryStart + 200s;
  CHECK(life.incidents(other).size() == 2);
}

TEST_CASE(
    "a file that is broken or of a later version is set aside and named, and a new one begun") {
  for (const bool newer : {false, true}) {
    CAPTURE(newer);
    const HistoryFolder folder;
    if (newer) {
      ExporterLife life(folder.file());
      life.open();
      life.history.reset();
      auto database = history::open_database(folder.file());
      REQUIRE(database);
      // The version is in the file's header, at offset 60 (sqlite.org/fileformat2.html).
      database->reset();
      std::fstream file(folder.file(), std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(63);
      file.put(99);
    } else {
      std::ofstream(folder.file()) << std::string(10'000, 'x');
    }
    ExporterLife life(folder.file());
    life.open();
    life.probe(kOk);
    life.history->turn();
    CHECK(life.days().size() == 1);
    CHECK(std::filesystem::exists(folder.file() + (newer ? ".newer" : ".broken")));
  }
}

TEST_CASE("a new history says in its header at once of what version it is") {
  const HistoryFolder folder;
  const auto database = history::open_database(folder.file());
  REQUIRE(database);
  std::ifstream file(folder.file(), std::ios::binary);
  file.seekg(63);
  CHECK(file.get() == history::kSchemaVersion);
}

TEST_CASE("a folder that takes no file costs the history and nothing else, until it does") {
  const HistoryFolder folder;
  // A folder in the place of the file: root may write wherever permissions forbid it.
  std::filesystem::create_directory(folder.file());
  ExporterLife life(folder.file());
  life.open();
  life.probe(kOk);
  life.history->turn();
  CHECK(life.figures.errors.value() >= 1);
  CHECK_FALSE(life.history->ask([](history::Archive& archive) { return archive.incidents({}); }));
  std::filesystem::remove(folder.file());
  life.history->turn();
  CHECK(life.figures.results.value() == 0);
  SUBCASE("after ten seconds it is tried again") {
    life.pass(11s);
    life.history->turn();
  }
  SUBCASE("at a stop it is tried at once") {
    life.history->last_turn();
  }
  CHECK(life.figures.results.value() == 1);
  CHECK(life.days().size() == 1);
}

TEST_CASE("what is older than its limit goes, and days stay longer than quarters of an hour") {
  const HistoryFolder folder;
  ExporterLife life(folder.file());
  life.open();
  life.probes_of({kBad, kBad, kBad, kOk, kOk, kOk});
  life.history->turn();
  life.pass(24h * 40);
  life.probe(kOk);
  life.history->turn();
  const auto quarters = life.history->ask([&](history::Archive& archive) {
    return archive.availability({"acme", "projects"}, history::kQuarter, kHistoryStart - 1h,
                                life.clock.at.wall);
  });
  CHECK(quarters->size() == 1);
  CHECK(life.days().size() == 2);
  CHECK(life.incidents().size() == 1);
  life.pass(24h * 401);
  life.probe(kOk);
  life.history->turn();
  CHECK(life.days().size() == 1);
  CHECK(life.incidents().empty());
}

TEST_CASE("beyond its size the history gives up the finest figures first, and counts them") {
  const HistoryFolder folder;
  ExporterLife life(folder.file(), std::string("[storage]\nmegabytes = 1\n") + kHistoryPlan);
  life.open();
  for (int day = 0; day < 60; ++day) {
    for (int quarter = 0; quarter < 96; ++quarter) {
      life.probe(kOk, 0, 1ms * (quarter + 1));
      life.probe(kBad, 1);
      life.pass(15min);
    }
    life.history->turn();
  }
  CHECK(life.figures.dropped[history::HistoryInstruments::size].value() > 0);
  CHECK(life.figures.bytes.value() <= 1 << 20);
  // From eight in the morning on.
  CHECK(life.days().size() == 61);
}

TEST_CASE("of the successes of a day the slowest is kept, over a restart too") {
  const HistoryFolder folder;
  const auto kept = [](ExporterLife& life) {
    return *life.history->ask([&](history::Archive& archive) {
      return archive.evidence("acme", "projects", kHistoryStart - 24h, life.clock.at.wall, 100,
                              life.clock.at);
    });
  };
  for (int start = 0; start < 2; ++start) {
    ExporterLife life(folder.file());
    life.pass(1h * start);
    life.open();
    for (const base::Nanoseconds total : {20ms, 30ms, 900ms - 100ms * start, 10ms}) {
      life.probe(kOk, 0, total);
      life.pass(10s);
      life.history->turn();
    }
    REQUIRE(kept(life).size() == 1);
    CHECK(kept(life)[0].phases.total == 900ms);
  }
}

TEST_CASE("the write-ahead log is used again and does not grow with each result") {
  const HistoryFolder folder;
  ExporterLife life(folder.file());
  life.open();
  for (int i = 0; i < 3000; ++i) {
    // Each is slower than the one before, so that the statement that asks for it runs too.
    life.probe(kOk, 0, 1ms * (i + 1));
    life.pass(1s);
    life.history->turn();
  }
  CHECK(std::filesystem::file_size(folder.file() + "-wal") < 12U << 20);
}

TEST_CASE("latencies of a day are the sum of those of its hours, and their quantiles are near") {
  const HistoryFolder folder;
  ExporterLife life(folder.file());
  life.open();
  record::NativeHistogram expected;
  for (int i = 1; i <= 100; ++i) {
    life.probe(kOk, 0, 1ms * i);
    expected.observe(i * 0.001);
    life.pass(1min);
    if (i % 20 == 0) life.history->turn();
  }
  life.pass(6min);
  life.history->turn();
  const auto days = life.history->ask([&](history::Archive& archive) {
    return archive.latencies("acme", "projects", history::kDay, kHistoryStart, life.clock.at.wall);
  });
  REQUIRE(days->size() == 1);
  const record::NativeHistogram& total = days->front().figures[0];
  CHECK(total == expected);
  CHECK(*total.quantile(50) == doctest::Approx(0.050).epsilon(0.09));
  CHECK(*total.quantile(99) == doctest::Approx(0.099).epsilon(0.09));
}

TEST_CASE("a sketch tells how many values are within a limit, as near as its buckets are wide") {
  record::NativeHistogram sketch;
  CHECK(history::count_up_to(sketch, 1) == 0);
  for (const double value : {0.0, 0.02, 0.03, 0.2})
    sketch.observe(value);
  CHECK(history::count_up_to(sketch, -1) == 0);
  CHECK(history::count_up_to(sketch, 0) == 1);
  CHECK(history::count_up_to(sketch, 0.1) == doctest::Approx(3));
  CHECK(history::count_up_to(sketch, 1) == doctest::Approx(4));
  const double part = history::count_up_to(sketch, 0.2);
  CHECK(part > 3);
  CHECK(part <= 4);
}

TEST_CASE("sketches are whole after they were written and read, and a cut one is no error") {
  record::NativeHistogram sketch;
  for (const double value : {0.0, 0.001, 0.0011, 0.5, 0.5, 30.0, 100000.0})
    sketch.observe(value);
  const std::string bytes = history::to_bytes(sketch);
  CHECK(history::from_bytes(sketch.schema(), sketch.zero_count(), bytes) == sketch);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK(history::from_bytes(3, 0, bytes.substr(0, size)).count() <= sketch.count());
}

TEST_CASE("evidence is the same after it was written and read") {
  model::ProbeResult result;
  result.outcome = kBad;
  result.started = {kHistoryStart, base::MonoTime{10h}};
  result.finished = {kHistoryStart + 1s, base::MonoTime{10h + 1s}};
  result.message = "500 \xff broken";
  result.request_id = "abc";
  result.http_status = 500;
  result.request_headers = {{"Accept", "*/*"}};
  result.response_headers = {{"Server-Timing", "total;dur=3"}, {"X", ""}};
  result.phases.wait = 3ms;
  result.phases.total = 5ms;
  result.server_timing = {{"total", 3.0, "all"}, {"db", std::nullopt, ""}};
  result.server_timing_state = model::ServerTimingState::ok;
  result.server_processing = 3ms;
  result.tls = model::TlsFacts{"TLSv1.3", "AES", kHistoryStart};
  result.tcp = model::TcpFacts{1ms, 2};
  result.cause = model::Cause::name_late;
  const base::Instant now{kHistoryStart + 1h, base::MonoTime{11h}};
  const auto read = history::from_stored_json(history::to_stored_json(result), now);
  REQUIRE(read);
  CHECK(read->message == "500 \xef\xbf\xbd broken");
  CHECK(read->finished.mono == base::MonoTime{10h + 1s});
  CHECK(read->phases == result.phases);
  CHECK(read->server_timing == result.server_timing);
  CHECK(read->response_headers == result.response_headers);
  CHECK(read->tls == result.tls);
  CHECK(read->tcp == result.tcp);
  CHECK(read->cause == result.cause);
  CHECK(history::to_stored_json(*read) ==
        history::to_stored_json(*history::from_stored_json(history::to_stored_json(*read), now)));
  for (const char* broken :
       {"", "[]", "{}", R"({"outcome":"new"})", R"({"outcome":"ok","started":"x"})"})
    CHECK_FALSE(history::from_stored_json(broken, now));
}

}  // namespace
}  // namespace reinfer::tests::history_test
