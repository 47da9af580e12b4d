#include "page/charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/duration.h"

namespace reinfer::page {
namespace {

constexpr double kSparkStep = 3;
constexpr double kSparkWidth = kSparkStep * record::RecentResults::kSamplesKept;
constexpr double kBarWidth = 160;
constexpr double kChartStep = 8;
constexpr double kChartWidth = kChartStep * record::RecentResults::kSamplesKept;
constexpr double kChartHeight = 120;
constexpr double kWaterfallWidth = 400;

struct PhasePart {
  const char* name;   // for people
  const char* style;  // class of the colour
  double LatencySplit::*time;
};

constexpr std::array<PhasePart, 7> kParts = {{
    {"resolve", "ph-resolve", &LatencySplit::resolve},
    {"connect", "ph-connect", &LatencySplit::connect},
    {"TLS", "ph-tls", &LatencySplit::tls},
    {"server", "ph-server", &LatencySplit::server},
    {"network", "ph-network", &LatencySplit::network},
    {"server and network", "ph-unsplit", &LatencySplit::unsplit},
    {"receive", "ph-receive", &LatencySplit::receive},
}};

double present(std::uint32_t microseconds) {
  return microseconds == record::RecentSample::kAbsent ? 0 : microseconds;
}

std::string mean_of(std::size_t samples) {
  return samples == 1 ? "The one ok probe" : fmt::format("Mean of {} ok probes", samples);
}

std::string number(double value) {
  return fmt::format("{:.4g}", std::round(value * 10) / 10);
}

// What the fault looks like without its colour, around (x, y).
std::string shape_path(model::Fault fault, double x, double y, double r) {
  switch (fault) {
    case model::Fault::platform:
      return fmt::format("M{} {}h{}v{}h-{}z", number(x - r), number(y - r), number(2 * r),
                         number(2 * r), number(2 * r));
    case model::Fault::edge:
      return fmt::format("M{} {}l{} {}l-{} {}l-{}-{}z", number(x), number(y - r * 1.3),
                         number(r * 1.3), number(r * 1.3), number(r * 1.3), number(r * 1.3),
                         number(r * 1.3), number(r * 1.3));
    case model::Fault::network:
      return fmt::format("M{} {}l{} {}h-{}z", number(x), number(y - r * 1.2), number(r * 1.2),
                         number(r * 2.2), number(r * 2.4));
    case model::Fault::credentials:
      return fmt::format("M{} {}h{}l-{} {}z", number(x - r * 1.2), number(y - r), number(r * 2.4),
                         number(r * 1.2), number(r * 2.2));
    case model::Fault::request:
      return fmt::format("M{} {}l{} {}M{} {}l-{} {}", number(x - r), number(y - r), number(2 * r),
                         number(2 * r), number(x + r), number(y - r), number(2 * r), number(2 * r));
    case model::Fault::monitor:
      return fmt::format("M{} {}a{} {} 0 1 0 {} 0a{} {} 0 1 0-{} 0z", number(x - r), number(y),
                         number(r), number(r), number(2 * r), number(r), number(r), number(2 * r));
    case model::Fault::none:
      break;
  }
  return fmt::format("M{} {}l{} {}l{}-{}", number(x - r), number(y), number(r * 0.7),
                     number(r * 0.7), number(r * 1.3), number(r * 1.4));
}

std::string fault_class(const char* first, model::Fault fault) {
  return fmt::format("{} f-{}", first, model::to_label(fault));
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
    if (sample.outcome == model::Outcome::ok) longest = std::max(longest, present(sample.total));
  return longest;
}

std::string sparkline_title(const std::vector<record::RecentSample>& samples) {
  if (samples.empty()) return "no probe yet";
  double low = 1e18;
  for (const record::RecentSample& sample : samples)
    if (sample.outcome == model::Outcome::ok) low = std::min(low, present(sample.total));
  const bool one = samples.size() == 1;
  std::string text = one ? "Last probe" : fmt::format("Last {} probes", samples.size());
  if (low < 1e18 && one)
    text += ": " + describe_microseconds(low);
  else if (low < 1e18)
    text += fmt::format(": {} to {}", describe_microseconds(low),
                        describe_microseconds(longest_ok(samples)));
  return text + counts_by_fault(samples);
}

void open_svg(Html& html, const char* style, double width, double height, const std::string& title,
              const char* aspect = "xMinYMid meet") {
  html.open("svg", {{"class", style},
                    {"role", "img"},
                    {"viewBox", fmt::format("0 0 {} {}", number(width), number(height))},
                    {"preserveAspectRatio", aspect}});
  html.element("title", title);
}

}  // namespace

LatencySplit split_of(const record::RecentSample& sample) {
  LatencySplit split;
  split.resolve = present(sample.resolve);
  split.connect = present(sample.connect);
  split.tls = present(sample.tls);
  split.receive = present(sample.receive);
  const double wait = present(sample.wait);
  if (sample.server == record::RecentSample::kAbsent) {
    split.unsplit = wait + present(sample.send);
  } else {
    split.server = std::min<double>(sample.server, wait);
    split.network = wait - split.server + present(sample.send);
  }
  split.samples = 1;
  return split;
}

LatencySplit mean_split(const std::vector<record::RecentSample>& samples) {
  LatencySplit mean;
  for (const record::RecentSample& sample : samples) {
    if (sample.outcome != model::Outcome::ok) continue;
    const LatencySplit one = split_of(sample);
    for (const PhasePart& part : kParts)
      mean.*part.time += one.*part.time;
    ++mean.samples;
  }
  if (mean.samples > 0)
    for (const PhasePart& part : kParts)
      mean.*part.time /= static_cast<double>(mean.samples);
  return mean;
}

std::string describe_microseconds(double count) {
  return base::describe_duration(base::Nanoseconds(static_cast<std::int64_t>(count * 1000)));
}

std::string describe_split(const LatencySplit& split) {
  std::string text;
  for (const PhasePart& part : kParts) {
    if (split.*part.time <= 0) continue;
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {}", part.name, describe_microseconds(split.*part.time));
  }
  return text.empty() ? "nothing measured" : text;
}

void draw_icon(Html& html, model::Fault fault) {
  html.open("svg", {{"class", fault_class("icon", fault)}, {"aria-hidden", "true"}});
  html.single("use", {{"href", fmt::format("#i-{}", model::to_label(fault))}});
  html.close();
}

void draw_state_icon(Html& html, const char* state) {
  html.open("svg", {{"class", fmt::format("icon f-{}", state)}, {"aria-hidden", "true"}});
  html.single("use", {{"href", fmt::format("#i-{}", state)}});
  html.close();
}

void draw_symbols(Html& html) {
  html.open("svg", {{"class", "symbols"}, {"aria-hidden", "true"}});
  for (std::size_t f = 0; f < model::kFaultCount; ++f) {
    const model::Fault fault = static_cast<model::Fault>(f);
    html.open("symbol",
              {{"id", fmt::format("i-{}", model::to_label(fault))}, {"viewBox", "0 0 16 16"}});
    html.single("path", {{"d", shape_path(fault, 8, 8, 5)}});
    html.close();
  }
  struct StateShape {
    const char* id;
    const char* path;
  };
  for (const StateShape& shape :
       {StateShape{"i-paused", "M5.5 4v8M10.5 4v8"}, {"i-waiting", "M3 8h0M8 8h0M13 8h0"}}) {
    html.open("symbol", {{"id", shape.id}, {"viewBox", "0 0 16 16"}});
    html.single("path", {{"d", shape.path}});
    html.close();
  }
  html.close();
}

void draw_phase_key(Html& html, const std::string& phase) {
  html.open("svg", {{"class", "key"}, {"viewBox", "0 0 10 10"}, {"aria-hidden", "true"}});
  html.single("rect", {{"class", "ph-" + phase}, {"width", "10"}, {"height", "10"}});
  html.close();
}

// Failures break the line and stand below it, so that a timeout does not flatten the rest.
void draw_sparkline(Html& html, const std::vector<record::RecentSample>& samples) {
  open_svg(html, "spark", kSparkWidth, 32, sparkline_title(samples));
  const double longest = longest_ok(samples);
  std::string line;
  std::array<std::string, model::kFaultCount> marks;
  bool drawing = false;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double x = kSparkWidth - 1.5 - kSparkStep * static_cast<double>(samples.size() - 1 - i);
    const model::Fault fault = model::fault_of(samples[i].outcome);
    if (fault == model::Fault::none) {
      const double y = 23 - 20 * present(samples[i].total) / longest;
      // A single good probe between failures is a dot: a line of no length with round ends.
      line += drawing ? fmt::format("L{} {}", number(x), number(y))
                      : fmt::format("M{} {}h0", number(x), number(y));
    } else {
      marks[static_cast<std::size_t>(fault)] += shape_path(fault, x, 28, 2);
    }
    drawing = fault == model::Fault::none;
  }
  if (!line.empty()) html.single("path", {{"class", "line"}, {"d", line}});
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
  for (const PhasePart& part : kParts) {
    if (split.*part.time <= 0 || total <= 0) continue;
    const double width = kBarWidth * split.*part.time / total;
    html.single("rect", {{"class", part.style},
                         {"x", number(x)},
                         {"width", number(std::max(width - 0.6, 0.4))},
                         {"height", "10"}});
    x += width;
  }
  html.close();
}

void draw_latencies(Html& html, const std::vector<record::RecentSample>& samples, double longest) {
  open_svg(html, "chart", kChartWidth, kChartHeight + 16, sparkline_title(samples));
  for (const double share : {0.0, 0.5, 1.0})
    html.single(
        "path",
        {{"class", "grid"},
         {"d", fmt::format("M0 {}h{}", number(kChartHeight * share + 0.5), number(kChartWidth))}});
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const record::RecentSample& sample = samples[i];
    const double x = kChartWidth - kChartStep * static_cast<double>(samples.size() - i);
    const model::Fault fault = model::fault_of(sample.outcome);
    const LatencySplit split = split_of(sample);
    double y = kChartHeight;
    html.open("g", {{"class", fault == model::Fault::none ? "bar" : "bar failed"}});
    html.element("title",
                 fmt::format("{}, {}", model::to_label(sample.outcome), describe_split(split)));
    for (const PhasePart& part : kParts) {
      const double height = std::min(kChartHeight * split.*part.time / longest, y);
      if (height < 0.05) continue;
      y -= height;
      html.single("rect", {{"class", part.style},
                           {"x", number(x + 1)},
                           {"y", number(y)},
                           {"width", "6"},
                           {"height", number(height)}});
    }
    if (fault != model::Fault::none)
      html.single("path", {{"class", fault_class("mark", fault)},
                           {"d", shape_path(fault, x + 4, kChartHeight + 8, 3)}});
    html.close();
  }
  html.close();
}

void draw_waterfall(Html& html, const record::RecentSample& sample, double longest) {
  const LatencySplit split = split_of(sample);
  open_svg(html, "waterfall", kWaterfallWidth, 12, describe_split(split), "none");
  double x = 0;
  for (const PhasePart& part : kParts) {
    if (split.*part.time <= 0) continue;
    const double width = kWaterfallWidth * split.*part.time / longest;
    html.single("rect", {{"class", part.style},
                         {"x", number(x)},
                         {"width", number(std::max(width, 1.0))},
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
                         {"x", number(x)},
                         {"width", "4"},
                         {"height", "28"}});
    if (bin.bad > 0) {
      const double height = std::max(28 * bin.bad / counted, 6.0);
      html.single("rect", {{"class", fault_class("bad", bin.worst)},
                           {"x", number(x)},
                           {"y", number(28 - height)},
                           {"width", "4"},
                           {"height", number(height)}});
    }
    x += 5;
  }
  html.close();
}

}  // namespace reinfer::page
