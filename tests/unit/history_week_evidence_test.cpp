// The week of history_week.h again: the evidence that the page, the API and the `evidence` command
// show, against the count of our own.
#include <fmt/format.h>

#include <algorithm>

#include "tests/unit/history_readers.h"

namespace reinfer::tests::history_week_evidence_test {
namespace {

constexpr std::size_t kFailuresInMemory = 20;
constexpr int kFailuresOfAnHour = 6;

// A failure as each reader names it.
using Failure = std::pair<std::string, std::string>;  // second and outcome
using Failures = std::vector<Failure>;

Failure failure_of(const Known& result) {
  return {second_of(result.at), std::string(model::to_label(result.outcome))};
}
Failure failure_of(const json& evidence) {
  return {evidence.at("started").get<std::string>().substr(0, 19) + "Z",
          evidence.at("outcome").get<std::string>()};
}

// What should have been kept: of each hour the first few in the history, and in memory the last
// ones, which begin with those of the history when the exporter starts.
struct Kept {
  std::vector<Known> history;
  std::vector<Known> memory;  // failures
};

Kept kept_of(const std::vector<Known>& results) {
  Kept kept;
  std::map<std::pair<int, std::int64_t>, int> hours;
  int life = 0;
  for (const Known& result : results) {
    if (result.life != life) {
      kept.memory = kept.history;
      life = result.life;
    }
    if (result.outcome == model::Outcome::ok) continue;
    kept.memory.push_back(result);
    const auto hour = history::stretch_of(result.at, history::kHour);
    if (hours[{result.life, hour}]++ < kFailuresOfAnHour) kept.history.push_back(result);
  }
  if (kept.memory.size() > kFailuresInMemory)
    kept.memory.erase(kept.memory.begin(),
                      kept.memory.end() - static_cast<std::ptrdiff_t>(kFailuresInMemory));
  return kept;
}

Failures failures_of(const std::vector<Known>& results) {
  Failures failures;
  for (const Known& result : results)
    failures.push_back(failure_of(result));
  return failures;
}

// At most one a day, each as it was, and a day's slowest if nothing of the day before was slower.
// Those of a week are kept.
void check_slowest(const std::vector<Known>& known, const std::vector<json>& kept,
                   base::WallTime now) {
  std::map<std::string, double> days;
  for (const json& good : kept) {
    const double seconds = good.at("duration_seconds").get<double>();
    CHECK(days.emplace(failure_of(good).first.substr(0, 10), seconds).second);
    CHECK(std::any_of(known.begin(), known.end(), [&](const Known& result) {
      return failure_of(result) == failure_of(good) &&
             base::to_seconds(result.total) == doctest::Approx(seconds);
    }));
  }
  std::size_t certain = 0;
  for (const Known& result : known) {
    const std::string date = base::rfc3339(result.at).substr(0, 10);
    if (result.outcome != model::Outcome::ok || now - result.at > 24h * 7 - 1h ||
        std::any_of(known.begin(), known.end(), [&](const Known& other) {
          return other.outcome == model::Outcome::ok && other.total > result.total &&
                 (base::rfc3339(other.at).substr(0, 10) == date ||
                  (other.at < result.at && result.at - other.at <= 24h));
        }))
      continue;
    ++certain;
    CHECK(days.at(date) == doctest::Approx(base::to_seconds(result.total)));
  }
  CHECK(certain > 0);
}

void check_evidence(Week& week, std::size_t target) {
  const std::vector<Known>& known = week.known(target);
  const Kept kept = kept_of(known);
  Failures printed;
  std::vector<json> slowest;
  for (json& line : printed_by(app::evidence_command, options_of(week, target)))
    if (line.at("outcome") == "ok")
      slowest.push_back(std::move(line));
    else
      printed.push_back(failure_of(line));
  CHECK(printed == failures_of(kept.history));
  check_slowest(known, slowest, week.life().clock.at.wall);

  const Readers readers(week.life());
  const std::string path = fmt::format("/target/acme/{}", kProbes.at(target));
  const std::string page = readers.ask(path);
  Failures shown;
  for (const auto& item :
       in_pieces(part_of(page, "<h3>Last failures", "<h3>Slowest"), "<details class=\"evidence\"",
                 "</summary>", "id=\"e-(\\d+)\">.*<code class=\"outcome\">(\\w+)</code>")) {
    const base::WallTime at{std::chrono::nanoseconds(std::stoll(item[0]))};
    shown.insert(shown.begin(), {second_of(at), item[1]});
  }
  CHECK(shown == failures_of(kept.memory));
  Failures downloaded;
  const json file = json::parse(readers.ask(path + "/evidence.json"));
  for (const json& failure : file.at("failures"))
    downloaded.push_back(failure_of(failure));
  CHECK(downloaded == shown);
  Failures listed;
  for (const json& failure :
       readers.data("/api/v1/failures", {{"tenant", "acme"}, {"probe", kProbes.at(target)}}))
    listed.insert(listed.begin(), failure_of(failure));
  CHECK(listed == shown);
}

// Of each incident its own.
void check_evidence_of_incidents(Week& week, std::size_t target) {
  const Readers readers(week.life());
  const Kept kept = kept_of(week.known(target));
  std::size_t of_all = 0;
  for (const json& one :
       readers.data("/api/v1/incidents",
                    {{"tenant", "acme"}, {"probe", kProbes.at(target)}, {"limit", "1000"}})) {
    const json incident =
        readers.data("/api/v1/incidents/" + std::to_string(one.at("id").get<std::int64_t>()));
    const auto since = base::parse_rfc3339(incident.at("since").get<std::string>());
    const auto recovered = incident.at("recovered").is_null()
                               ? week.life().clock.at.wall
                               : *base::parse_rfc3339(incident.at("recovered").get<std::string>());
    Failures expected;
    for (const Known& result : kept.history)
      if (result.at >= *since && result.at <= recovered) expected.push_back(failure_of(result));
    Failures found;
    for (const json& evidence : incident.at("evidence"))
      if (evidence.at("outcome") != "ok") found.push_back(failure_of(evidence));
    CHECK(found == expected);
    of_all += found.size();
  }
  CHECK(of_all > 20);
}

TEST_CASE("after a week the page, the API and the command show the evidence that was to be kept") {
  for (const unsigned seed : {3U, 20261130U}) {
    CAPTURE(seed);
    Week week(seed);
    week.play();
    for (std::size_t target = 0; target < kProbes.size(); ++target) {
      CAPTURE(target);
      check_evidence(week, target);
      check_evidence_of_incidents(week, target);
    }
  }
}

TEST_CASE("after a restart there are as many failures as before, whatever was slow between them") {
  const HistoryFolder folder;
  base::Instant at{kHistoryStart, base::MonoTime{1000h}};
  {
    ExporterLife life(folder.file());
    life.open();
    life.history->turn();
    for (std::size_t i = 0; i < kFailuresInMemory + 5; ++i) {
      life.probe(model::Outcome::server_error);
      life.pass(11min);
      if (i == kFailuresInMemory) life.probe(model::Outcome::ok, 0, 900ms);
    }
    life.history->turn();
    at = life.clock.at;
  }
  ExporterLife life(folder.file(), kHistoryPlan, at);
  life.open();
  life.history->turn();
  const auto kept = life.ledgers.evidence("acme", "projects");
  REQUIRE(kept);
  CHECK(kept->evidence.failures().size() == kFailuresInMemory);
  CHECK(kept->evidence.failures().back().request_id == "id-26");
  REQUIRE(kept->evidence.slowest().size() == 1);
  CHECK(kept->evidence.slowest()[0].phases.total == 900ms);
}

}  // namespace
}  // namespace reinfer::tests::history_week_evidence_test
