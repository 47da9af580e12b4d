#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/rfc3339.h"
#include "sla/claim.h"
#include "sla/facts.h"
#include "sla/render.h"
#include "sla/tenant_slices.h"
#include "sla/words.h"
#include "tests/unit/goldens.h"

namespace reinfer::tests::sla_document_test {
namespace {

using namespace std::chrono_literals;

base::WallTime at(std::string_view text) {
  return base::parse_rfc3339(text).value();
}

const sla::Month kOctober{
    "2026-10", "UTC", {at("2026-10-01T00:00:00Z"), at("2026-11-01T00:00:00Z")}, false};

struct Episode {
  base::WallTime from;
  base::WallTime to;
  const char* what;  // an outcome, a reason not to probe, or one of these two
};
constexpr const char* kAnnounced = "maintenance";
constexpr const char* kUnscraped = "unscraped";

struct Story {
  const char* tenant;
  const char* probe;
  const char* instance;
  double objective;
  bool latency;
  std::vector<Episode> episodes;
};

// A target that is probed twice a minute and scraped once, played from its story.
class Month {
 public:
  explicit Month(Story story) : story_(std::move(story)) {
    target_.labels = {{"job", "reinfer_exporter"},
                      {"tenant", story_.tenant},
                      {"probe", story_.probe},
                      {"region", "eu"}};
    target_.instance = story_.instance;
    for (base::WallTime time = kOctober.span.from - 10min; time <= kOctober.span.to + 10min;
         time += 1min)
      scrape(time);
  }

  sla::StoredTarget take() { return std::move(target_); }

 private:
  bool happens(std::string_view what, base::WallTime time) const {
    return std::any_of(story_.episodes.begin(), story_.episodes.end(), [&](const Episode& one) {
      return one.what == what && time > one.from && time <= one.to;
    });
  }

  std::string outcome(base::WallTime time) const {
    for (const Episode& one : story_.episodes)
      if (time > one.from && time <= one.to && std::string_view(one.what) != kAnnounced &&
          std::string_view(one.what) != kUnscraped)
        return one.what;
    return "ok";
  }

  void probe(const std::string& outcome, bool announced, bool slow) {
    if (outcome == "stall") {
      ++skipped_[outcome];
      return;
    }
    ++results_[outcome];
    if (announced || outcome == "unauthorized") return;
    ++events_;
    if (outcome != "ok") return;
    ++good_;
    fast_ += slow ? 0 : 1;
  }

  void scrape(base::WallTime time) {
    const std::string now = outcome(time);
    for (int i = 0; i < 2; ++i)
      probe(now, happens(kAnnounced, time), ++slots_ % 29 == 0);
    if (happens(kUnscraped, time)) return;
    auto& availability = target_.objectives["availability"];
    availability.events.push_back({time, events_});
    availability.good.push_back({time, good_});
    for (const auto& [name, count] : results_)
      target_.results[name].push_back({time, count});
    for (const auto& [name, count] : skipped_)
      target_.skipped[name].push_back({time, count});
    if (story_.latency) {
      target_.objectives["latency"].events.push_back({time, good_});
      target_.objectives["latency"].good.push_back({time, fast_});
    }
    if (slots_ % 120 == 2) write_gauges(time);
  }

  void write_gauges(base::WallTime time) {
    target_.interval.push_back({time, 30});
    target_.objectives["availability"].ratio.push_back({time, story_.objective});
    if (!story_.latency) return;
    target_.objectives["latency"].ratio.push_back({time, 0.95});
    target_.latency_threshold.push_back({time, 0.5});
  }

  const Story story_;
  sla::StoredTarget target_;
  int slots_ = 0;
  double events_ = 0;
  double good_ = 0;
  double fast_ = 0;
  std::map<std::string, double> results_ = {
      {"ok", 0}, {"server_error", 0}, {"connect_timeout", 0}, {"unauthorized", 0}};
  std::map<std::string, double> skipped_ = {{"stall", 0}};
};

std::vector<Story> stories() {
  const Episode worst = {at("2026-10-06T09:12:00Z"), at("2026-10-06T10:15:00Z"), "server_error"};
  const Episode night = {at("2026-10-19T03:20:00Z"), at("2026-10-19T03:32:00Z"), "connect_timeout"};
  const Episode unseen = {at("2026-10-24T18:00:00Z"), at("2026-10-26T06:00:00Z"), kUnscraped};
  return {
      {"acme",
       "dataset",
       "frankfurt:9877",
       0.999,
       true,
       {worst,
        night,
        {at("2026-10-13T08:00:00Z"), at("2026-10-13T10:00:00Z"), "unauthorized"},
        {at("2026-10-28T22:30:00Z"), at("2026-10-28T22:50:00Z"), "server_error"},
        {at("2026-10-28T22:00:00Z"), at("2026-10-29T00:00:00Z"), kAnnounced},
        {at("2026-10-21T12:00:00Z"), at("2026-10-21T12:50:00Z"), "stall"},
        {at("2026-10-31T23:50:00Z"), at("2026-11-01T00:20:00Z"), "server_error"}}},
      {"acme", "sources", "frankfurt:9877", 0.999, false, {worst}},
      {"globex", "dataset", "frankfurt:9877", 0.995, false, {unseen}},
      {"initech",
       "dataset",
       "dublin:9877",
       0.995,
       true,
       {{at("2026-10-09T10:00:00Z"), at("2026-10-09T10:08:00Z"), "server_error"}}},
  };
}

// Of a month as real ones are, by the functions that make real reports.
sla::SlaReport make_report() {
  sla::SlaReport report{kOctober, "https://prometheus.example", at("2026-11-02T06:00:00Z"), {}, {},
                        {}};
  std::map<std::string, std::vector<sla::StoredTarget>> tenants;
  for (const Story& story : stories())
    tenants[story.tenant].push_back(Month(story).take());
  for (const auto& [tenant, targets] : tenants) {
    for (sla::SlaRow& row : sla::make_rows(targets, kOctober, 10))
      report.rows.push_back(std::move(row));
    if (auto row = sla::tenant_row(targets, kOctober, 10)) report.tenants.push_back(*row);
  }
  return report;
}

const sla::SlaReport& report() {
  static const sla::SlaReport made = make_report();
  return made;
}

// Rows of the CSV as maps; none of the cells that are asked for has quotes.
std::vector<std::map<std::string, std::string>> read_csv(const std::string& text) {
  std::vector<std::vector<std::string>> lines(1, {""});
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (quoted || (c != ',' && c != '\n'))
      lines.back().back() += c;
    else if (c == ',')
      lines.back().emplace_back();
    else
      lines.push_back({""});
  }
  std::vector<std::map<std::string, std::string>> rows;
  for (std::size_t i = 1; i + 1 < lines.size(); ++i) {
    rows.emplace_back();
    for (std::size_t j = 0; j < lines[i].size(); ++j)
      rows.back()[lines[0].at(j)] = lines[i][j];
  }
  return rows;
}

// The line of an overview that is of a row, without the line's markup.
std::string line_of(const std::string& text, const std::string& name, const std::string& slo,
                    const std::string& between) {
  const auto start = text.find(name + between + slo);
  REQUIRE(start != std::string::npos);
  return text.substr(start,
                     text.find(between.starts_with("</td>") ? "</tr>" : "\n", start) - start);
}

TEST_CASE("a month to hand over reads well as HTML, which is the sample, and as Markdown") {
  const sla::SlaReport& month = report();
  check_golden("../../../dashboards/sla-sample.html", sla::render_html(month));
  check_golden("sla.md", sla::render_markdown(month));
}

TEST_CASE("a month to hand over has the same figures in each form") {
  const sla::SlaReport& month = report();
  const std::string html = sla::render_html(month);
  const std::string markdown = sla::render_markdown(month);
  const std::string table = sla::render_table(month, {200, false, false});
  const auto rows = read_csv(sla::render_csv(month));
  REQUIRE(rows.size() == month.rows.size() + month.tenants.size());
  for (auto row : rows) {
    const bool whole = row["probe"].empty();
    const std::string name = row["tenant"] + (whole ? "" : "/" + row["probe"]);
    const std::string slo = whole ? "availability" : row["slo"];
    CAPTURE(name);
    CAPTURE(slo);
    const std::string in_html = line_of(html, name, slo, "</td><td class=\"\">");
    const std::string in_markdown = line_of(markdown, name, slo, whole ? "** | " : " | ");
    for (const std::string& figure :
         {sla::percent(std::stod(row["objective"])), sla::percent_down(std::stod(row["ratio"])),
          fmt::format("{:.1f}%", std::stod(row["budget_spent"]) * 100),
          sla::grouped(std::stoull(row["events"])), sla::grouped(std::stoull(row["bad"]))}) {
      CAPTURE(figure);
      CHECK(in_html.find(figure) != std::string::npos);
      CHECK(in_markdown.find(figure) != std::string::npos);
      CHECK(table.find(figure) != std::string::npos);
    }
    CHECK(in_html.find("verdict " + row["verdict"]) != std::string::npos);
  }
}

TEST_CASE("the days of a month add up to it") {
  for (const sla::SlaRow* row : sla::rows_of(report())) {
    CAPTURE(row->label("tenant"));
    REQUIRE(row->days.size() == 31);
    sla::Count events = 0;
    sla::Count bad = 0;
    for (const sla::DayFigures& day : row->days) {
      events += day.events;
      bad += day.bad;
    }
    CHECK(events == row->events);
    CHECK(bad == row->bad);
  }
}

TEST_CASE("a day is watched as far as its slots were judged") {
  const auto days_of = [](const sla::SlaReport& month, const std::string& name) {
    for (const sla::SlaRow* row : sla::rows_of(month))
      if (sla::name_of(*row) == name) return row->days;
    return std::vector<sla::DayFigures>();
  };
  const auto acme = days_of(report(), "acme/dataset");
  REQUIRE(acme.size() == 31);
  CHECK(acme[11].watched == 1);
  CHECK(acme[12].watched == doctest::Approx(2640.0 / 2880));  // 240 of credentials
  CHECK(acme[20].watched == doctest::Approx(2780.0 / 2880));  // 100 were not probed
  CHECK(acme[27].watched == 1);                               // maintenance was watched
  const auto globex = days_of(report(), "globex");
  REQUIRE(globex.size() == 31);
  CHECK(globex[23].watched == doctest::Approx(0.75));
  CHECK(globex[24].watched == 0);
}

TEST_CASE("days begin at midnight of the month's zone, and end with what is over") {
  const auto berlin = sla::parse_month("2026-10", "Europe/Berlin", at("2026-11-24T12:00:00Z"));
  REQUIRE(berlin);
  const auto days = sla::empty_days(*berlin);
  REQUIRE(days.size() == 31);
  CHECK(days[0].span == sla::TimeSpan{at("2026-09-30T22:00:00Z"), at("2026-10-01T22:00:00Z")});
  CHECK(days[24].span.to - days[24].span.from == 25h);
  CHECK(days[30].span.to == berlin->span.to);
  const auto half = sla::parse_month("2026-11", "UTC", at("2026-11-24T12:00:00Z"));
  REQUIRE(half);
  CHECK(sla::empty_days(*half).size() == 24);
  CHECK(sla::empty_days(*half).back().span.to == at("2026-11-24T12:00:00Z"));
}

TEST_CASE("what strangers wrote is only ever text in a month to hand over") {
  const std::string hostile = "a|b`c\n<script>alert(1)</script>![x](http://y)*\"'&";
  sla::SlaReport month = report();
  month.rows.resize(1);
  month.tenants.clear();
  month.source = hostile;
  month.notes = {hostile};
  month.rows[0].labels["tenant"] = hostile;
  month.rows[0].labels["probe"] = hostile;
  month.rows[0].instances = {hostile};
  month.rows[0].notes = {hostile};
  month.rows[0].skipped[hostile] = 1;
  month.rows[0].outages.at(0).outcomes[hostile] = 1;
  const std::string html = sla::render_html(month);
  CHECK(html.find("<script") == std::string::npos);
  CHECK(html.find("&lt;script&gt;") != std::string::npos);
  const std::string markdown = sla::render_markdown(month);
  CHECK(markdown.find("\n<script") == std::string::npos);
  for (std::size_t i = markdown.find("script"); i != std::string::npos;
       i = markdown.find("script", i + 1))
    CHECK((markdown[i - 1] == '/' || markdown[i - 1] == '<'));
  for (const char* raw : {" <s", "a|b", "b`c", "![x", "](http"})
    CHECK(markdown.find(raw) == std::string::npos);
}

TEST_CASE("a document asks nothing of anybody and has no script") {
  const std::string html = sla::render_html(report());
  for (const char* outside : {"<script", "src=", "href=", "url(", "@import", "<link", "<img"})
    CHECK(html.find(outside) == std::string::npos);
  CHECK(html.find("default-src &#39;none&#39;") != std::string::npos);
  const auto style =
      html.substr(html.find("<style>"), html.find("</style>") - html.find("<style>"));
  CHECK(style.find('&') == std::string::npos);  // nothing of it was escaped
}

}  // namespace
}  // namespace reinfer::tests::sla_document_test
