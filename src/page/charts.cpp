#include "page/charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/duration.h"
#include "page/icons.h"

namespace reinfer::page {
namespace {

constexpr double kSparkStep = 3;
constexpr double kSparkWidth = kSparkStep * record::RecentResults::kSamplesKept;
constexpr double kBarWidth = 160;
constexpr double kChartStep = 8;
constexpr double kChartWidth = kChartStep * record::RecentResults::kSamplesKept;
constexpr double kChartHeight = 120;
constexpr double kWaterfallWidth = 400;

// Latencies far below the limit would be flat under it.
constexpr double kLimitInView = 4;

// An arrow that points up, unlike every shape of a fault.
std::string late_shape(double x, double y, double r) {
  return fmt::format("M{} {}l{}-{}l{} {}", svg_number(x - r), svg_number(y + r * 0.6),
                     svg_number(r), svg_number(r * 1.4), svg_number(r), svg_number(r * 1.4));
}

std::string mean_of(std::size_t samples) {
  return samples == 1 ? "The one ok probe" : fmt::format("Mean of {} ok probes", samples);
}

std::string counts_by_fault(const std::vector<record::RecentSample>& samples) {
  std::array<std::size_t, model::kFaultCount> counts{};
  for (const record::RecentSample& sample : samples)
    ++counts[static_cast<std::size_t>(model::fault_of(sample.outcome))];
  std::string text;
  for (std::size_t f = 1; f < model::kFaultCount; ++f)
    if (counts[f] > 0)
      text +=
          fmt::format(", {} failed ({})", counts[f], model::to_label(static_cast<model::Fault>(f)));
  return text;
}

double longest_ok(const std::vector<record::RecentSample>& samples) {
  double longest = 1;
  for (const record::RecentSample& sample : samples)
    if (sample.outcome == model::Outcome::ok) longest = std::max(longest, measured(sample.total));
  return longest;
}

std::string count_too_slow(const std::vector<record::RecentSample>& samples,
                           const LatencyLimit& limit) {
  const auto count = std::count_if(samples.begin(), samples.end(),
                                   [&](const auto& sample) { return is_too_slow(sample, limit); });
  if (count == 0) return "";
  return fmt::format(", {} too slow (above {})", count, base::describe_duration(limit->threshold));
}

std::string sparkline_title(const std::vector<record::RecentSample>& samples,
                            const LatencyLimit& limit) {
  if (samples.empty()) return "no probe yet";
  double low = 1e18;
  for (const record::RecentSample& sample : samples)
    if (sample.outcome == model::Outcome::ok) low = std::min(low, measured(sample.total));
  const bool one = samples.size() == 1;
  std::string text = one ? "Last probe" : fmt::format("Last {} probes", samples.size());
  if (low < 1e18 && one)
    text += ": " + describe_microseconds(low);
  else if (low < 1e18)
    text += fmt::format(": {} to {}", describe_microseconds(low),
                        describe_microseconds(longest_ok(samples)));
  return text + count_too_slow(samples, limit) + counts_by_fault(samples);
}

void open_svg(Html& html, const char* style, double width, double height, const std::string& title,
              const char* aspect = "xMinYMid meet") {
  html.open("svg", {{"class", style},
                    {"role", "img"},
                    {"viewBox", fmt::format("0 0 {} {}", svg_number(width), svg_number(height))},
                    {"preserveAspectRatio", aspect}});
  html.element("title", title);
}

}  // namespace

double scale_of(double longest, const LatencyLimit& limit) {
  if (!limit) return longest;
  const double threshold = base::to_seconds(limit->threshold) * 1e6;
  return threshold > longest && threshold <= longest * kLimitInView ? threshold * 1.05 : longest;
}

void draw_limit(Html& html, const LatencyLimit& limit, double longest, double width,
                double height) {
  if (!limit || longest <= 0) return;
  const double share = base::to_seconds(limit->threshold) * 1e6 / longest;
  if (share > 1) return;
  html.open("g");
  html.element("title", "objective: " + base::describe_duration(limit->threshold));
  html.single(
      "path",
      {{"class", "limit"},
       {"d", fmt::format("M0 {}h{}", svg_number(height * (1 - share)), svg_number(width))}});
  html.close();
}

void draw_late_key(Html& html) {
  html.open("svg", {{"class", "key"}, {"viewBox", "0 0 10 10"}, {"aria-hidden", "true"}});
  html.single("path", {{"class", "late"}, {"d", late_shape(5, 5, 3)}});
  html.close();
}

void draw_phase_key(Html& html, const std::string& phase) {
  html.open("svg", {{"class", "key"}, {"viewBox", "0 0 10 10"}, {"aria-hidden", "true"}});
  html.single("rect", {{"class", "ph-" + phase}, {"width", "10"}, {"height", "10"}});
  html.close();
}

// Failures break the line and stand below it, so that a timeout does not flatten the rest.
void draw_sparkline(Html& html, const std::vector<record::RecentSample>& samples,
                    const LatencyLimit& limit) {
  open_svg(html, "spark", kSparkWidth, 32, sparkline_title(samples, limit));
  const double longest = longest_ok(samples);
  std::string line;
  std::string late;
  std::array<std::string, model::kFaultCount> marks;
  bool drawing = false;
  double y_before = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double x = kSparkWidth - 1.5 - kSparkStep * static_cast<double>(samples.size() - 1 - i);
    const model::Fault fault = model::fault_of(samples[i].outcome);
    if (fault == model::Fault::none) {
      // Each from the one before, in tenths so that nothing drifts: an overview has thousands of
      // points, and their x would be a third of its bytes.
      const double y = std::round(10 * (23 - 20 * measured(samples[i].total) / longest)) / 10;
      // A single good probe between failures is a dot: a line of no length with round ends.
      line += drawing ? fmt::format("l{} {}", svg_number(kSparkStep), svg_number(y - y_before))
                      : fmt::format("M{} {}h0", svg_number(x), svg_number(y));
      y_before = y;
    } else {
      marks[static_cast<std::size_t>(fault)] += fault_shape(fault, x, 28, 2);
    }
    if (is_too_slow(samples[i], limit)) late += late_shape(x, 28, 2);
    drawing = fault == model::Fault::none;
  }
  if (!line.empty()) html.single("path", {{"class", "line"}, {"d", line}});
  if (!late.empty()) html.single("path", {{"class", "late"}, {"d", late}});
  for (std::size_t f = 1; f < model::kFaultCount; ++f)
    if (!marks[f].empty())
      html.single("path",
                  {{"class", fault_class("mark", static_cast<model::Fault>(f))}, {"d", marks[f]}});
  html.close();
}

void draw_split(Html& html, const LatencySplit& split) {
  const double total = split.total();
  open_svg(html, "split", kBarWidth, 10,
           split.samples == 0
               ? std::string("no ok probe yet")
               : fmt::format("{}: {}", mean_of(split.samples), describe_split(split)),
           "none");
  double x = 0;
  if (total <= 0) html.single("rect", {{"class", "nothing"}, {"width", "160"}, {"height", "10"}});
  for (const SplitPart& part : kSplitParts) {
    if (split.*part.time <= 0 || total <= 0) continue;
    const double width = kBarWidth * split.*part.time / total;
    html.single("rect", {{"class", part.style},
                         {"x", svg_number(x)},
                         {"width", svg_number(std::max(width - 0.6, 0.4))},
                         {"height", "10"}});
    x += width;
  }
  html.close();
}

void draw_latencies(Html& html, const std::vector<record::RecentSample>& samples, double longest,
                    const LatencyLimit& limit) {
  open_svg(html, "chart", kChartWidth, kChartHeight + 16, sparkline_title(samples, limit));
  for (const double share : {0.0, 0.5, 1.0})
    html.single("path", {{"class", "grid"},
                         {"d", fmt::format("M0 {}h{}", svg_number(kChartHeight * share + 0.5),
                                           svg_number(kChartWidth))}});
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const record::RecentSample& sample = samples[i];
    const double x = kChartWidth - kChartStep * static_cast<double>(samples.size() - i);
    const model::Fault fault = model::fault_of(sample.outcome);
    const LatencySplit split = split_of(sample);
    const bool late = is_too_slow(sample, limit);
    double y = kChartHeight;
    html.open("g", {{"class", fault == model::Fault::none ? "bar" : "bar failed"}});
    html.element("title", fmt::format("{}{}, {}", model::to_label(sample.outcome),
                                      late ? " but too slow" : "", describe_split(split)));
    for (const SplitPart& part : kSplitParts) {
      const double height = std::min(kChartHeight * split.*part.time / longest, y);
      if (height < 0.05) continue;
      y -= height;
      html.single("rect", {{"class", part.style},
                           {"x", svg_number(x + 1)},
                           {"y", svg_number(y)},
                           {"width", "6"},
                           {"height", svg_number(height)}});
    }
    if (fault != model::Fault::none)
      html.single("path", {{"class", fault_class("mark", fault)},
                           {"d", fault_shape(fault, x + 4, kChartHeight + 8, 3)}});
    if (late)
      html.single("path", {{"class", "late"}, {"d", late_shape(x + 4, kChartHeight + 8, 3)}});
    html.close();
  }
  draw_limit(html, limit, longest, kChartWidth, kChartHeight);
  html.close();
}

void draw_waterfall(Html& html, const record::RecentSample& sample, double longest) {
  const LatencySplit split = split_of(sample);
  open_svg(html, "waterfall", kWaterfallWidth, 12, describe_split(split), "none");
  double x = 0;
  for (const SplitPart& part : kSplitParts) {
    if (split.*part.time <= 0) continue;
    const double width = kWaterfallWidth * split.*part.time / longest;
    html.single("rect", {{"class", part.style},
                         {"x", svg_number(x)},
                         {"width", svg_number(std::max(width, 1.0))},
                         {"height", "12"}});
    x += width;
  }
  html.close();
}

void draw_day(Html& html, const std::vector<record::AvailabilityBin>& day) {
  std::size_t troubled = 0;
  for (const record::AvailabilityBin& bin : day)
    troubled += bin.bad > 0 ? 1 : 0;
  open_svg(html, "day", 5.0 * static_cast<double>(day.size()), 28,
           troubled == 0
               ? std::string("No failure in the quarters of an hour shown")
               : fmt::format("{} of {} quarters of an hour with failures", troubled, day.size()),
           "none");
  double x = 0;
  for (const record::AvailabilityBin& bin : day) {
    const double counted = bin.good + bin.bad;
    const bool empty = counted == 0 && bin.excluded == 0;
    html.single("rect", {{"class", empty          ? "nothing"
                                   : counted == 0 ? "excluded"
                                                  : "good"},
                         {"x", svg_number(x)},
                         {"width", "4"},
                         {"height", "28"}});
    if (bin.bad > 0) {
      const double height = std::max(28 * bin.bad / counted, 6.0);
      html.single("rect", {{"class", fault_class("bad", bin.worst)},
                           {"x", svg_number(x)},
                           {"y", svg_number(28 - height)},
                           {"width", "4"},
                           {"height", svg_number(height)}});
    }
    x += 5;
  }
  html.close();
}

}  // namespace reinfer::page
