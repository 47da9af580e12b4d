#include <doctest/doctest.h>
#include <fmt/format.h>
#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <map>

#include "base/text.h"
#include "metrics/collectable.h"
#include "metrics/exposition.h"
#include "metrics/metrics.h"
#include "metrics/text_lines.h"
#include "record/ledger.h"
#include "tests/unit/goldens.h"
#include "tests/unit/instruments.h"
#include "tests/unit/plans.h"

namespace reinfer::tests::encoder_test {
namespace {

using namespace std::chrono_literals;

const base::Instant kNow{base::WallTime{1795392000s}, base::MonoTime{1s}};

model::ProbeResult result_of(std::size_t target, model::Outcome outcome, base::Nanoseconds total) {
  model::ProbeResult result;
  result.target = model::TargetIndex(target);
  result.outcome = outcome;
  result.application_answered = true;
  result.http_status = outcome == model::Outcome::ok ? 200 : 500;
  result.finished = {kNow.wall + 1500ms, kNow.mono + 1500ms};
  result.phases.total = total;
  result.request_id = "01234567-89ab-4cde-8f01-23456789abcd";
  result.response_headers = {{"X-UiPath-Correlation-Id", "FEDCBA98-7654-4321-8fed-cba987654321"}};
  return result;
}

// One target has been probed, well and badly.
record::Snapshot some_snapshot() {
  record::Ledger ledger(plan_from(kTwoTenants), kNow);
  for (model::ProbeResult& result : std::vector<model::ProbeResult>{
           result_of(1, model::Outcome::ok, 56500us), result_of(1, model::Outcome::ok, 61ms),
           result_of(1, model::Outcome::ok, 2s), result_of(1, model::Outcome::server_error, 3ms)}) {
    if (result.outcome == model::Outcome::ok) {
      result.server_processing = 37700us;
      result.network_overhead = 0ns;
    }
    ledger.record_started(result.target, 150us);
    ledger.record(result);
  }
  return ledger.snapshot(kNow);
}

std::string rendered(metrics::Format format) {
  return metrics::render_metrics(some_snapshot(), some_instruments(),
                                 {1.25, 1, 1, 1795391990.5, 1, 1}, format);
}

std::string without_build(const std::string& text) {
  std::string kept;
  for (const std::string_view line : base::split(text, '\n'))
    if (line.find("compiler=") == std::string_view::npos && !line.empty())
      kept += std::string(line) + "\n";
  return kept;
}

TEST_CASE("OpenMetrics has units, exemplars and an end, and names families without suffix") {
  check_golden("metrics.openmetrics", without_build(rendered(metrics::Format::openmetrics)));
}

// What is written in protobuf, field by field: "4.7.1 varint 3". Messages are looked into where
// their path says so.
class Decoded {
 public:
  explicit Decoded(std::string_view bytes) {
    while (!bytes.empty()) {
      const std::size_t length = varint(bytes);
      REQUIRE(length <= bytes.size());
      text_ += "MetricFamily\n";
      message("", bytes.substr(0, length), "  ");
      bytes.remove_prefix(length);
    }
  }
  const std::string& text() const { return text_; }

 private:
  static std::uint64_t varint(std::string_view& bytes) {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      REQUIRE_FALSE(bytes.empty());
      const auto byte = static_cast<unsigned char>(bytes.front());
      bytes.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  void message(const std::string& path, std::string_view bytes, const std::string& indent) {
    static const std::map<std::string, std::string> kMessages = {
        {".4", "metric"},      {".4.1", "label"},        {".4.2", "gauge"},
        {".4.3", "counter"},   {".4.7", "histogram"},    {".4.7.3", "bucket"},
        {".4.7.12", "span"},   {".4.7.15", "created"},   {".4.3.2", "exemplar"},
        {".4.3.3", "created"}, {".4.7.3.3", "exemplar"}, {".4.3.2.1", "label"},
        {".4.3.2.3", "time"},  {".4.7.3.3.1", "label"},  {".4.7.3.3.3", "time"}};
    while (!bytes.empty()) {
      const std::uint64_t tag = varint(bytes);
      const std::string here = fmt::format("{}.{}", path, tag >> 3);
      text_ += indent;
      if ((tag & 7) == 0) {
        text_ += fmt::format("{} {}\n", tag >> 3, varint(bytes));
      } else if ((tag & 7) == 1) {
        REQUIRE(bytes.size() >= 8);
        double value = 0;
        std::memcpy(&value, bytes.data(), 8);
        bytes.remove_prefix(8);
        text_ += fmt::format("{} {}\n", tag >> 3, value);
      } else {
        REQUIRE((tag & 7) == 2);
        const std::size_t length = varint(bytes);
        REQUIRE(length <= bytes.size());
        if (const auto found = kMessages.find(here); found != kMessages.end()) {
          text_ += fmt::format("{} {}\n", tag >> 3, found->second);
          message(here, bytes.substr(0, length), indent + "  ");
        } else {
          text_ += fmt::format("{} \"{}\"\n", tag >> 3, bytes.substr(0, length));
        }
        bytes.remove_prefix(length);
      }
    }
  }

  std::string text_;
};

TEST_CASE("protobuf has native buckets and classic ones, exemplars and times") {
  const std::string text =
      Decoded(metrics::render_target_metrics(*some_snapshot().plan, model::TargetIndex{1},
                                             some_snapshot().targets[1], metrics::Format::protobuf))
          .text();
  check_golden("metrics_of_one_target.protobuf.txt", text);
}

TEST_CASE("protobuf has every family of the text, however many pieces it takes") {
  const std::string text = Decoded(rendered(metrics::Format::protobuf)).text();
  const std::string wanted = rendered(metrics::Format::text);
  std::size_t families = 0;
  for (const std::string_view line : base::split(wanted, '\n')) {
    if (!line.starts_with("# TYPE ")) continue;
    ++families;
    CHECK(text.find(fmt::format("  1 \"{}\"\n", base::split(line, ' ')[2])) != std::string::npos);
  }
  std::size_t found = 0;
  for (const std::string_view line : base::split(text, '\n'))
    found += line == "MetricFamily" ? 1 : 0;
  CHECK(found == families);
}

// A line without its value, the edge of a bucket as the number that it is.
std::string series_of(std::string_view line) {
  std::string series(line.substr(0, line.rfind(' ')));
  const std::size_t edge = series.find("le=\"");
  if (edge == std::string::npos) return series;
  const std::size_t begin = edge + 4;
  const std::size_t end = series.find('"', begin);
  const double number = std::strtod(series.substr(begin, end - begin).c_str(), nullptr);
  return series.replace(begin, end - begin, fmt::format("{}", number));
}

// The same lines but for how numbers are spelt.
void check_same_lines(std::string_view ours, std::string_view theirs) {
  const auto our_lines = base::split(ours, '\n');
  const auto their_lines = base::split(theirs, '\n');
  REQUIRE(our_lines.size() == their_lines.size());
  for (std::size_t i = 0; i < our_lines.size(); ++i) {
    const std::string_view mine = our_lines[i];
    const std::string_view other = their_lines[i];
    CAPTURE(mine);
    if (mine.empty() || mine[0] == '#') {
      CHECK(mine == other);
      continue;
    }
    CHECK(series_of(mine) == series_of(other));
    const double value = std::strtod(mine.data() + mine.rfind(' ') + 1, nullptr);
    const double wanted = std::strtod(other.data() + other.rfind(' ') + 1, nullptr);
    // prometheus-cpp writes 16 digits, which may be one too few to read the same number back.
    const bool close = std::abs(value - wanted) <= 1e-15 * std::abs(wanted);
    CHECK((value == wanted || close || (std::isnan(value) && std::isnan(wanted))));
  }
}

// One family of each type, as prometheus-cpp writes it.
std::string by_prometheus_cpp(const std::vector<double>& numbers,
                              const record::Histogram& histogram, const std::string& odd) {
  prometheus::MetricFamily gauges{"g", "A gauge.", prometheus::MetricType::Gauge, {}};
  prometheus::MetricFamily counters{"c_total", "A counter.", prometheus::MetricType::Counter, {}};
  for (const double number : numbers) {
    prometheus::ClientMetric metric;
    metric.label = {{"a", odd}, {"b", "x"}};
    metric.gauge.value = metric.counter.value = number;
    gauges.metric.push_back(metric);
    counters.metric.push_back(metric);
  }
  prometheus::ClientMetric metric;
  metric.label = {{"a", odd}};
  metric.histogram.sample_count = histogram.count();
  metric.histogram.sample_sum = histogram.sum();
  std::uint64_t up_to = 0;
  for (std::size_t i = 0; i < histogram.counts().size(); ++i) {
    up_to += histogram.counts()[i];
    metric.histogram.bucket.push_back({up_to, i < histogram.edges().size()
                                                  ? histogram.edges()[i]
                                                  : std::numeric_limits<double>::infinity()});
  }
  prometheus::MetricFamily histograms{
      "h", "A histogram.", prometheus::MetricType::Histogram, {metric}};
  return prometheus::TextSerializer().Serialize({gauges, counters, histograms});
}

std::string by_ours(const std::vector<double>& numbers, const record::Histogram& histogram,
                    const std::string& odd) {
  base::Buffer text;
  const auto encoder = metrics::make_encoder(metrics::Format::text, text);
  const metrics::Label subject[] = {{"a", odd}};
  encoder->set_subject(subject, std::nullopt);
  const metrics::FamilyHead gauges{"g", "A gauge.", metrics::FamilyType::gauge};
  const metrics::FamilyHead counters{"c_total", "A counter.", metrics::FamilyType::counter};
  for (const metrics::FamilyHead* head : {&gauges, &counters}) {
    encoder->begin(*head);
    for (const double number : numbers)
      encoder->add({{"b", "x"}}, number);
  }
  const metrics::FamilyHead histograms{"h", "A histogram.", metrics::FamilyType::histogram};
  encoder->begin(histograms);
  encoder->add(histogram);
  return fmt::to_string(text);
}

TEST_CASE("our text and that of prometheus-cpp agree on every line, and on every number") {
  const double endless = std::numeric_limits<double>::infinity();
  const std::vector<double> numbers = {
      0,     1,      -1,  0.1,     1e-4,     1.5e-5, 123456789,          -2.5e17,
      1e300, 5e-324, 0.3, endless, -endless, NAN,    9007199254740991.0, 1795392000.123};
  record::Histogram histogram({0.0001, 0.25, 1, 2.5, 30});
  for (const double value : {0.00005, 0.2, 0.25, 0.7, 100.0})
    histogram.observe(value);
  std::string odd;
  SUBCASE("plain") {
    odd = "nothing to escape";
  }
  SUBCASE("quotes") {
    odd = "a \"quoted\" word";
  }
  SUBCASE("a backslash") {
    odd = "back\\slash";
  }
  SUBCASE("two lines") {
    odd = "one\nand another";
  }
  SUBCASE("all of them") {
    odd = "a \"quoted\" back\\slash\nand a line";
  }
  const std::string ours = by_ours(numbers, histogram, odd);
  const std::string theirs = by_prometheus_cpp(numbers, histogram, odd);
  check_same_lines(ours, theirs);
}

TEST_CASE("our text and that of prometheus-cpp agree on every line of a snapshot") {
  const auto collectable = metrics::make_collectable([] { return some_snapshot(); });
  const std::string theirs = prometheus::TextSerializer().Serialize(collectable->Collect());
  std::string ours = rendered(metrics::Format::text);
  // The instruments and the process are no part of the snapshot, and come last.
  const std::size_t end = ours.find("# HELP reinfer_exporter_log_lines_dropped_total");
  REQUIRE(end != std::string::npos);
  ours.resize(end);
  CHECK(base::split(ours, '\n').size() > 300);
  check_same_lines(ours, theirs);
}

TEST_CASE("a number has the fewest digits that read back as it") {
  const auto text = [](double value) {
    base::Buffer to;
    metrics::append_number(to, value);
    return fmt::to_string(to);
  };
  CHECK(text(0) == "0");
  CHECK(text(-3) == "-3");
  CHECK(text(0.1) == "0.1");
  CHECK(text(0.0001) == "0.0001");
  CHECK(text(0.00005) == "5e-05");
  CHECK(text(1795392000.25) == "1795392000.25");
  CHECK(text(1e15) == "1000000000000000");
  CHECK(text(1e300) == "1e+300");
  CHECK(text(INFINITY) == "+Inf");
  CHECK(text(-INFINITY) == "-Inf");
  CHECK(text(NAN) == "NaN");
}

TEST_CASE("the unit is the last word of a family's name, if it is one") {
  CHECK(metrics::unit_of({"a_seconds", "", metrics::FamilyType::gauge}) == "seconds");
  CHECK(metrics::unit_of({"a_seconds_total", "", metrics::FamilyType::counter}) == "seconds");
  CHECK(metrics::unit_of({"a_timestamp_seconds", "", metrics::FamilyType::gauge}) == "seconds");
  CHECK(metrics::unit_of({"a_size_bytes", "", metrics::FamilyType::gauge}) == "bytes");
  CHECK(metrics::unit_of({"a_ratio", "", metrics::FamilyType::gauge}) == "ratio");
  CHECK(metrics::unit_of({"a_microseconds", "", metrics::FamilyType::gauge}).empty());
  CHECK(metrics::unit_of({"seconds", "", metrics::FamilyType::gauge}).empty());
  CHECK(metrics::unit_of({"a_results_total", "", metrics::FamilyType::counter}).empty());
}

std::string many_targets(int tenants) {
  std::string toml;
  for (int i = 0; i < tenants; ++i)
    toml += fmt::format(
        "[[tenant]]\nname = \"t{}\"\nbase_url = \"https://reinfer.io\"\ntoken_env = \"T\"\n"
        "[[tenant.probe]]\nuse = \"projects\"\n",
        i);
  return toml;
}

TEST_CASE("a scrape comes in pieces of bounded size that are together the whole") {
  const auto plan = plan_from(many_targets(60));
  record::Ledger ledger(plan, kNow);
  const record::Snapshot snapshot = ledger.snapshot(kNow);
  for (const metrics::Format format :
       {metrics::Format::text, metrics::Format::openmetrics, metrics::Format::protobuf}) {
    metrics::Exposition exposition(snapshot, some_instruments(), {}, format);
    std::string whole;
    std::size_t pieces = 0;
    while (!exposition.done()) {
      const std::string_view piece = exposition.next();
      CHECK(piece.size() < metrics::Exposition::kPieceBytes * 5 / 4);
      whole += piece;
      ++pieces;
    }
    CHECK(exposition.next().empty());
    CHECK(pieces > 2);
    CHECK(whole == metrics::render_metrics(snapshot, some_instruments(), {}, format));
  }
}

TEST_CASE("a scrape of few targets comes in one piece, so that its reply has a length") {
  const auto plan = plan_from(many_targets(2));
  record::Ledger ledger(plan, kNow);
  metrics::Exposition exposition(ledger.snapshot(kNow), some_instruments(), {},
                                 metrics::Format::text);
  CHECK(exposition.next().size() > metrics::Exposition::kPieceBytes);
  CHECK(exposition.done());
}

}  // namespace
}  // namespace reinfer::tests::encoder_test
