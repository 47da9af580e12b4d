#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/rfc3339.h"
#include "sla/prometheus.h"
#include "sla/reader.h"

namespace reinfer::tests::sla_prometheus_test {
namespace {

using namespace std::chrono_literals;

// Answers the same to everything, and remembers what was asked last.
struct OneAnswer {
  sla::HttpAnswer answer;
  std::string asked = {};

  sla::Prometheus prometheus() {
    return sla::Prometheus(
        [this](const std::string& path) -> tl::expected<sla::HttpAnswer, std::string> {
          asked = path;
          return answer;
        });
  }
  sla::PrometheusFailure failure() {
    const auto answered = prometheus().query("up", base::WallTime{});
    REQUIRE_FALSE(answered);
    return answered.error();
  }
};

constexpr std::string_view kMatrix = R"({"status":"success","data":{"resultType":"matrix",
  "result":[{"metric":{"__name__":"a","tenant":"t"},
             "values":[[1760000000.781,"12"],[1760000015,"NaN"],[1760000030,"1e3"]]}]},
  "warnings":["partial response","partial response"]})";

TEST_CASE("samples are read to the millisecond, and what is no number is left out") {
  OneAnswer server{{200, "application/json", "", std::string(kMatrix)}};
  sla::Prometheus prometheus = server.prometheus();
  const auto series = prometheus.query("a[1m]", base::WallTime(1760000060s));
  REQUIRE(series);
  REQUIRE(series->size() == 1);
  CHECK(series->at(0).labels == sla::SeriesLabels{{"__name__", "a"}, {"tenant", "t"}});
  CHECK(series->at(0).samples ==
        sla::Samples{{base::WallTime(1760000000781ms), 12}, {base::WallTime(1760000030s), 1000}});
  CHECK(server.asked == "/api/v1/query?query=a%5B1m%5D&time=1760000060.000");
  CHECK(prometheus.warnings() == std::vector<std::string>{"partial response"});
}

TEST_CASE("what is no answer of Prometheus says what to do") {
  struct Row {
    sla::HttpAnswer answer;
    const char* words;
    bool too_much;
  };
  const Row rows[] = {
      {{401, "text/plain", "", "no"}, "answers 401: it wants other credentials", false},
      {{302, "", "https://p/graph", ""}, "points to https://p/graph", false},
      {{200, "text/html", "", "<html>"}, "is not the API of Prometheus", false},
      {{404, "", "", ""}, "answers 404 with no content type", false},
      {{200, "", "", R"({"status":"success"})"}, "is not the API of Prometheus", false},
      {{200, "", "", R"({"status":"success","data":[]})"}, "in a form that", false},
      {{200, "", "", R"({"status":"success","data":{"result":[{"metric":{"a":1}}]}})"},
       "in a form that",
       false},
      {{400, "", "", R"({"status":"error","errorType":"bad_data","error":"parse error"})"},
       "refuses (400 bad_data): parse error",
       false},
      {{422, "", "",
        R"({"status":"error","errorType":"execution","error":"query processing would load too )"
        R"(many samples into memory in query execution"})"},
       "refuses (422 execution): query processing",
       true},
      {{503, "", "", R"({"status":"error","errorType":"timeout","error":"query timed out"})"},
       "refuses (503 timeout)",
       true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.words);
    OneAnswer server{row.answer};
    const sla::PrometheusFailure failure = server.failure();
    CAPTURE(failure.what);
    CHECK(failure.what.find(row.words) != std::string::npos);
    CHECK(failure.too_much == row.too_much);
  }
}

TEST_CASE("what stands in a selector cannot end it") {
  CHECK(sla::promql_string("acme") == "\"acme\"");
  CHECK(sla::promql_string("a\"b\\c\nd") == "\"a\\\"b\\\\c\\nd\"");
}

// A Prometheus that refuses pieces of more than some hours.
struct Miser {
  base::Nanoseconds most;
  std::vector<std::string> asked = {};

  tl::expected<sla::HttpAnswer, std::string> answer(const std::string& path) {
    asked.push_back(path);
    const auto open = path.find("%5B");
    const bool raw = path.find("reinfer_slo_events_total") != std::string::npos &&
                     path.rfind("/api/v1/query?", 0) == 0 && open != std::string::npos;
    if (raw && std::chrono::milliseconds(std::stoll(path.substr(open + 3))) > most)
      return sla::HttpAnswer{
          422, "", "", R"({"status":"error","errorType":"execution","error":"too many samples"})"};
    return sla::HttpAnswer{200, "", "", R"({"status":"success","data":{"result":[]}})"};
  }
};

TEST_CASE("what is too much is asked for in halves, and given up at a quarter of an hour") {
  const base::WallTime start = *base::parse_rfc3339("2026-10-01T00:00:00Z");
  const sla::SlaScope scope{{"2026-10", "UTC", {start, start + 47h}, false}, start + 900h, {}, ""};
  for (const auto& [most, works] :
       {std::pair<base::Nanoseconds, bool>{6h + 10min, true}, {1min, false}}) {
    Miser miser{most};
    sla::Prometheus prometheus([&](const std::string& path) { return miser.answer(path); });
    sla::SlaReader reader(prometheus, scope, [](const std::string&) {});
    const auto read = reader.read("acme");
    CHECK(read.has_value() == works);
    if (!works) CHECK(read.error() == "refuses (422 execution): too many samples");
  }
}

TEST_CASE("no range query of a month has too many points, however long the month") {
  const base::WallTime start = *base::parse_rfc3339("2026-10-01T00:00:00Z");
  const sla::SlaScope scope{
      {"2026-10", "", {start, start + 24h * 31 + 1h}, false}, start + 900h, {}, ""};
  Miser miser{30 * 24h};
  sla::Prometheus prometheus([&](const std::string& path) { return miser.answer(path); });
  sla::SlaReader reader(prometheus, scope, [](const std::string&) {});
  CHECK(reader.read("acme"));
  CHECK(miser.asked.at(0).find("&step=300.000") != std::string::npos);
}

}  // namespace
}  // namespace reinfer::tests::sla_prometheus_test
