#include "terminal/duration_bars.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/duration.h"

namespace reinfer::terminal {
namespace {

constexpr std::size_t kRanges = 6;
constexpr std::size_t kBarColumnsMin = 10;
constexpr std::size_t kBarColumnsMax = 30;
constexpr std::size_t kBoundColumns = 8;
// Of a line: both bounds, what stands between and behind them, and a count.
constexpr std::size_t kOtherColumns = 30;
// Below it a logarithm says nothing of a latency.
constexpr double kLeastSeconds = 1e-6;

double scale(base::Nanoseconds d) {
  return std::log(std::max(base::to_seconds(d), kLeastSeconds));
}

std::string bar(std::size_t columns, const TerminalStyle& style) {
  std::string text;
  for (std::size_t i = 0; i < columns; ++i)
    text += style.unicode ? "\u2588" : "#";
  return text;
}

}  // namespace

std::string render_histogram(const std::vector<base::Nanoseconds>& values, std::size_t indent,
                             const TerminalStyle& style) {
  if (values.size() < kHistogramValuesMin) return "";
  const double least = scale(values.front());
  const double width = (scale(values.back()) - least) / kRanges;
  if (width <= 0) return "";
  std::array<std::size_t, kRanges> counts{};
  for (const base::Nanoseconds d : values)
    ++counts[std::min(static_cast<std::size_t>((scale(d) - least) / width), kRanges - 1)];
  const std::size_t most = *std::max_element(counts.begin(), counts.end());
  const auto bound = [&](std::size_t i) {
    const std::chrono::duration<double> seconds(std::exp(least + width * static_cast<double>(i)));
    return base::describe_duration(std::chrono::round<base::Nanoseconds>(seconds));
  };
  const std::size_t others = indent + kOtherColumns;
  const std::size_t longest = std::clamp(style.columns > others ? style.columns - others : 0,
                                         kBarColumnsMin, kBarColumnsMax);
  std::string text;
  for (std::size_t i = 0; i < kRanges; ++i) {
    // A count above zero has a visible bar.
    const std::size_t columns = (counts[i] * longest + most - 1) / most;
    const std::string range = fmt::format("{:{}}{:>{}} to {:>{}}", "", indent, bound(i),
                                          kBoundColumns, bound(i + 1), kBoundColumns);
    text += painted(style, Ink::faint, range);
    if (counts[i] > 0) text += fmt::format("  {} {}", bar(columns, style), counts[i]);
    text += '\n';
  }
  return text;
}

}  // namespace reinfer::terminal
