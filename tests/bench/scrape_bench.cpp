// How long a scrape takes to render, and what it takes beside its facts, in each format, beside
// prometheus-cpp's TextSerializer over families that say the same. Interleaved; one line of JSON
// for each format and size: {format, series, bytes, ms, peak_extra_bytes}, ms and bytes being
// medians.
//
//   scrape_bench [RUNS [FORMAT]]        5 of all by default
//
// `text+snapshot` is what a scrape of the ledger costs: the copy of the figures, then the text.
// `prometheus-cpp` is the serializer alone; `prometheus-cpp+families` is a whole scrape of our
// Collectable: the copy of the figures, the families made of them, then the text.
#include <fmt/format.h>
#include <malloc.h>
#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <new>

#include "base/check.h"
#include "base/random.h"
#include "config/load_plan.h"
#include "metrics/collectable.h"
#include "metrics/exposition.h"
#include "record/ledger.h"

namespace {

// Bytes on the heap now, and at most since the last time somebody asked.
std::size_t in_use = 0;
std::size_t peak = 0;

void note(void* block) {
  in_use += malloc_usable_size(block);
  peak = std::max(peak, in_use);
}

}  // namespace

// Not inlined, or GCC takes malloc and free for a pair that does not match new and delete.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  void* block = std::malloc(bytes);
  if (block == nullptr) throw std::bad_alloc();
  note(block);
  return block;
}
[[gnu::noinline]] void operator delete(void* block) noexcept {
  in_use -= malloc_usable_size(block);
  std::free(block);
}
[[gnu::noinline]] void operator delete(void* block, std::size_t) noexcept {
  operator delete(block);
}

namespace reinfer::tests {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kSeriesSizes[] = {1'000, 10'000, 75'000, 100'000};
constexpr std::size_t kSeriesOfTarget = 115;

std::shared_ptr<const model::Plan> plan_of(std::size_t targets) {
  std::string toml = "[limits]\nseries_max = 1000000\n";
  for (std::size_t i = 0; i < targets; ++i)
    toml += fmt::format(
        "[[tenant]]\nname = \"tenant-{}\"\nbase_url = \"https://reinfer.io\"\ntoken_env = \"T\"\n"
        "labels = {{ environment = \"production\" }}\n[[tenant.probe]]\nuse = \"projects\"\n",
        i);
  auto plan = config::parse_plan(toml, "bench.toml",
                                 [](const model::TokenSource&) { return std::nullopt; });
  if (!plan)
    for (const base::Problem& problem : plan.error())
      fmt::print(stderr, "{}\n", base::to_string(problem));
  base::check(plan.has_value(), "the benchmark's configuration is good");
  return std::make_shared<const model::Plan>(std::move(*plan));
}

// Every target has been probed, so that its numbers have digits.
void fill(record::Ledger& ledger, std::size_t targets, base::Instant now) {
  base::Random random(1);
  for (std::size_t i = 0; i < targets; ++i)
    for (int probe = 0; probe < 20; ++probe) {
      model::ProbeResult result;
      result.target = model::TargetIndex(i);
      result.outcome = probe == 7 ? model::Outcome::gateway_error : model::Outcome::ok;
      result.application_answered = probe != 7;
      result.http_status = probe == 7 ? 502 : 200;
      result.started = result.finished = now;
      const auto some = [&] { return base::Nanoseconds(std::int64_t(random.next_unit() * 2e8)); };
      result.phases = {some(), some(), some(), some(), some(), some(), some()};
      result.server_processing = some();
      result.network_overhead = some();
      result.server_timing_state = model::ServerTimingState::ok;
      result.body_bytes = 1234;
      result.request_id = random.next_uuid();
      ledger.record_started(result.target, 150us);
      ledger.record(result);
    }
}

struct Run {
  double ms = 0;
  std::size_t bytes = 0;
  std::size_t extra = 0;
};

template <typename Render>
Run measure(Render render) {
  Run run;
  const std::size_t before = in_use;
  peak = in_use;
  const base::MonoTime begun = base::mono_now();
  run.bytes = render();
  run.ms = base::to_seconds(base::mono_now() - begun) * 1e3;
  run.extra = peak - before;
  return run;
}

// What an HTTP reply does with it: looks at each piece once.
std::size_t write_all(metrics::Exposition& exposition) {
  std::size_t bytes = 0;
  while (!exposition.done())
    bytes += exposition.next().size();
  return bytes;
}

template <typename Value>
Value median(std::vector<Value> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void bench(std::size_t series_wanted, int runs, std::string_view only) {
  const std::size_t targets = (series_wanted + kSeriesOfTarget - 1) / kSeriesOfTarget;
  const base::Instant now{base::WallTime{1795392000s}, base::MonoTime{1s}};
  record::Ledger ledger(plan_of(targets), now);
  fill(ledger, targets, now);
  const record::Snapshot snapshot = ledger.snapshot(now);

  const auto collectable = metrics::make_collectable([&] { return ledger.snapshot(now); });
  const auto families = collectable->Collect();
  const auto ours = [&](metrics::Format format) {
    return [&, format] {
      // The facts are there; what is measured is the writing.
      auto exposition = std::make_unique<metrics::Exposition>(record::Snapshot(snapshot),
                                                              metrics::InstrumentSamples{},
                                                              metrics::ProcessStats{}, format);
      return measure([&] { return write_all(*exposition); });
    };
  };
  std::vector<std::pair<std::string, std::function<Run()>>> contenders = {
      {"text", ours(metrics::Format::text)},
      {"openmetrics", ours(metrics::Format::openmetrics)},
      {"protobuf", ours(metrics::Format::protobuf)},
      {"text+snapshot",
       [&] {
         return measure([&] {
           metrics::Exposition exposition(ledger.snapshot(now), metrics::InstrumentSamples{}, {},
                                          metrics::Format::text);
           return write_all(exposition);
         });
       }},
      {"prometheus-cpp",
       [&] {
         return measure([&] { return prometheus::TextSerializer().Serialize(families).size(); });
       }},
      {"prometheus-cpp+families", [&] {
         return measure(
             [&] { return prometheus::TextSerializer().Serialize(collectable->Collect()).size(); });
       }}};
  if (!only.empty())
    std::erase_if(contenders, [&](const auto& contender) { return contender.first != only; });
  if (contenders.empty()) {
    fmt::print(stderr, "there is no format {}\n", only);
    std::exit(2);
  }
  std::uint64_t series = 0;
  for (const auto& family : families)
    for (const auto& metric : family.metric)
      series +=
          family.type == prometheus::MetricType::Histogram ? metric.histogram.bucket.size() + 2 : 1;
  std::map<std::string, std::vector<Run>> results;
  for (int run = 0; run < runs; ++run)
    for (const auto& [name, once] : contenders)
      results[name].push_back(once());
  for (const auto& [name, once] : contenders) {
    std::vector<double> ms;
    std::vector<std::size_t> bytes, extra;
    for (const Run& run : results[name]) {
      ms.push_back(run.ms);
      bytes.push_back(run.bytes);
      extra.push_back(run.extra);
    }
    fmt::print(
        "{{\"format\":\"{}\",\"series\":{},\"bytes\":{},\"ms\":{:.3f},\"peak_extra_bytes\":{}}}\n",
        name, series, median(bytes), median(ms), median(extra));
  }
}

// What one target costs in memory, with 1,000 samples of each latency over a factor of four.
void print_target_memory() {
  const auto plan = plan_of(1);
  const base::Instant now{base::WallTime{1795392000s}, base::MonoTime{1s}};
  const std::size_t before = in_use;
  record::Ledger ledger(plan, now);
  const std::size_t empty = in_use - before;
  for (int i = 0; i < 50; ++i)
    fill(ledger, 1, now);
  const std::size_t snapshot_before = in_use;
  const record::Snapshot copy = ledger.snapshot(now);
  fmt::print(stderr,
             "a target's record: {} bytes of itself, {} with its heap after 1000 samples; "
             "a whole ledger of one target: {} bytes empty\n",
             sizeof(record::TargetRecord), in_use - snapshot_before - sizeof(record::TenantRecord),
             empty);
}

}  // namespace
}  // namespace reinfer::tests

int main(int count, char** arguments) {
  const int runs = count > 1 ? std::atoi(arguments[1]) : 5;
  if (runs < 1 || count > 3) {
    fmt::print(stderr, "usage: scrape_bench [RUNS [FORMAT]]\n");
    return 2;
  }
  for (const std::size_t series : reinfer::tests::kSeriesSizes)
    reinfer::tests::bench(series, runs, count > 2 ? arguments[2] : "");
  reinfer::tests::print_target_memory();
  return 0;
}
