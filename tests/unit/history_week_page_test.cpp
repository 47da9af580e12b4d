// The week of history_week.h again: the days and incidents that the page shows, against the count
// of our own.
#include <fmt/format.h>

#include <cstdlib>

#include "tests/unit/history_readers.h"

namespace reinfer::tests::history_week_page_test {
namespace {

constexpr std::size_t kIncidentsOnTargetPage = 20;

// A day as people would count it from the results.
struct DayCount {
  std::uint64_t good = 0, bad = 0, excluded = 0, incidents = 0;
  std::map<model::Fault, std::uint64_t> faults;
  double percent() const {
    return 100 * static_cast<double>(good) / static_cast<double>(good + bad);
  }
};
using DayCounts = std::map<std::string, DayCount>;

DayCounts count_days(const std::vector<Known>& results, base::WallTime now) {
  DayCounts days;
  for (const Known& result : results) {
    DayCount& day = days[base::rfc3339(result.at).substr(0, 10)];
    if (result.outcome == model::Outcome::ok) {
      ++day.good;
    } else if (is_event(result.outcome)) {
      ++day.bad;
      ++day.faults[model::fault_of(result.outcome)];
    } else {
      ++day.excluded;
    }
  }
  for (const KnownIncident& incident : incidents_of(results))
    for (auto& [date, day] : days) {
      const bool begun = date >= base::rfc3339(incident.since).substr(0, 10);
      const bool over = date > base::rfc3339(incident.recovered.value_or(now)).substr(0, 10);
      day.incidents += begun && !over ? 1 : 0;
    }
  return days;
}

// The shown figure is rounded down.
void check_percent(const std::string& shown, double percent) {
  CHECK(std::strtod(shown.c_str(), nullptr) == doctest::Approx(percent - 0.005).epsilon(0.0001));
}

void check_fault(const std::string& shown, const DayCount& day) {
  for (const auto& [fault, count] : day.faults)
    if (model::to_label(fault) == shown)
      for (const auto& [other, more] : day.faults)
        CHECK(count >= more);
}

std::string incident_words(std::uint64_t count) {
  if (count == 0) return "";
  return fmt::format(", {} incident{}", count, count == 1 ? "" : "s");
}

void check_bars(const std::string& page, const DayCounts& days) {
  const auto bars = all_like(part_of(page, "<h2>The last 90 days", "</svg>"),
                             "<title>(\\d{4}-\\d\\d-\\d\\d): ([^<]*?)(, \\d+ % watched)?((?:, \\d+ "
                             "incidents?)?)</title>");
  REQUIRE(bars.size() == 90);
  std::size_t known = 0;
  for (const auto& bar : bars) {
    CAPTURE(bar[0]);
    const auto found = days.find(bar[0]);
    if (found == days.end()) {
      CHECK(bar[1] == "not watched");
      continue;
    }
    ++known;
    const DayCount& day = found->second;
    check_percent(bar[1], day.percent());
    const auto failed = all_like(bar[1], ", (\\d+) failed \\((\\w+)\\)");
    CHECK(failed.size() == (day.bad > 0 ? 1 : 0));
    if (!failed.empty()) {
      CHECK(failed[0][0] == std::to_string(day.bad));
      check_fault(failed[0][1], day);
    }
    CHECK(bar[3] == incident_words(day.incidents));
  }
  CHECK(known == days.size());
}

void check_figures(const std::string& page, const DayCounts& days) {
  const std::string cell = "<td role=\"cell\">([^<]*)</td>";
  const auto rows = all_like(part_of(page, "aria-label=\"The days\"", "</table>"),
                             "<tr role=\"row\">" + cell + cell + cell + cell + cell + cell);
  REQUIRE(rows.size() == days.size());
  for (const auto& row : rows) {
    CAPTURE(row[0]);
    const DayCount& day = days.at(row[0]);
    check_percent(row[1], day.percent());
    CHECK(std::strtoull(row[2].c_str(), nullptr, 10) == day.bad);
    CHECK(row[3] == std::to_string(day.excluded));
    CHECK(row[4] == std::to_string(day.incidents));
  }
}

struct ShownIncident {
  std::string since, recovered;
  std::string failures;
  bool operator==(const ShownIncident&) const = default;
};

// Rows of a table of incidents, those of one probe, oldest first.
std::vector<ShownIncident> incidents_on(const std::string& page, const std::string& probe) {
  const std::string time = "<time datetime=\"([^\"]*)\"[^>]*>[^<]*</time>";
  std::vector<ShownIncident> shown;
  for (const auto& row : in_pieces(page, "incidents/", "</tr>",
                                   "^incidents/\\d+\">acme/" + probe + "</a>.*class=\"when\">" +
                                       time + " to (?:" + time +
                                       "|now)</td><td role=\"cell\">[^<]*</td>"
                                       "<td role=\"cell\">(\\d+) of "))
    shown.insert(shown.begin(), {row[0], row[1], row[2]});
  return shown;
}

std::vector<ShownIncident> shown_of(const std::vector<KnownIncident>& known) {
  std::vector<ShownIncident> shown;
  for (const KnownIncident& incident : known)
    shown.push_back({second_of(incident.since),
                     incident.recovered ? second_of(*incident.recovered) : "",
                     std::to_string(incident.failures)});
  return shown;
}

void check_page(Week& week, std::size_t target) {
  const Readers readers(week.life());
  const std::vector<Known>& known = week.known(target);
  const std::string page = readers.ask(fmt::format("/target/acme/{}", kProbes.at(target)));
  const DayCounts days = count_days(known, week.life().clock.at.wall);
  check_bars(page, days);
  check_figures(page, days);
  const std::vector<ShownIncident> expected = shown_of(incidents_of(known));
  CHECK(expected.size() > 5);
  CHECK(incidents_on(readers.ask("/incidents"), kProbes.at(target)) == expected);
  const std::size_t first = expected.size() - std::min(expected.size(), kIncidentsOnTargetPage);
  CHECK(incidents_on(page, kProbes.at(target)) ==
        std::vector(expected.begin() + static_cast<std::ptrdiff_t>(first), expected.end()));
  CHECK(printed_by(app::incidents_command, options_of(week, target)).size() == expected.size());
}

void check_overview(Week& week) {
  std::uint64_t good = 0;
  std::uint64_t events = 0;
  std::size_t incidents = 0;
  DayCounts days;
  for (std::size_t target = 0; target < kProbes.size(); ++target) {
    for (const auto& [date, day] : count_days(week.known(target), week.life().clock.at.wall)) {
      good += day.good;
      events += day.good + day.bad;
      days[date].good += day.good;
      days[date].bad += day.bad;
    }
    incidents += incidents_of(week.known(target)).size();
  }
  const std::string page = Readers(week.life()).ask("/");
  const auto sum = all_like(page, "<summary>([^<]*) % on \\d+ of 90 days</summary>");
  REQUIRE(sum.size() == 1);
  check_percent(sum[0][0], 100 * static_cast<double>(good) / static_cast<double>(events));
  CHECK(all_like(page, fmt::format(">({} incidents)</a>", incidents)).size() == 1);
  const auto words = all_like(page, "<li>(\\d{4}-\\d\\d-\\d\\d): ([\\d.]+) %[^<]*? (\\d+) failed");
  std::size_t bad_days = 0;
  for (const auto& [date, day] : days)
    bad_days += day.bad > 0 ? 1 : 0;
  CHECK(words.size() == bad_days);
  for (const auto& day : words) {
    check_percent(day[1], days.at(day[0]).percent());
    CHECK(day[2] == std::to_string(days.at(day[0]).bad));
  }
}

TEST_CASE("after a week the page shows the days and the incidents that there were") {
  for (const unsigned seed : {2U, 20261130U}) {
    CAPTURE(seed);
    Week week(seed);
    week.play();
    check_overview(week);
    for (std::size_t target = 0; target < kProbes.size(); ++target) {
      CAPTURE(target);
      check_page(week, target);
    }
  }
}

}  // namespace
}  // namespace reinfer::tests::history_week_page_test
