#include "base/duration.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace reinfer::base {
namespace {

struct Unit {
  std::string_view name;
  Nanoseconds size;
};

using namespace std::chrono_literals;

constexpr std::array kUnits = {Unit{"d", 24h}, Unit{"h", 1h},   Unit{"m", 1min},
                               Unit{"s", 1s},  Unit{"ms", 1ms}, Unit{"us", 1us}};
constexpr Nanoseconds kDurationMax = 365 * 24h;

}  // namespace

std::optional<Nanoseconds> parse_duration(std::string_view text) {
  Nanoseconds sum{0};
  std::size_t next_unit = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    long long count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{} || text[0] == '-') return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto unit_length =
        std::min(text.find_first_not_of("abcdefghijklmnopqrstuvwxyz"), text.size());
    const std::string_view name = text.substr(0, unit_length);
    text.remove_prefix(unit_length);

    while (next_unit < kUnits.size() && kUnits[next_unit].name != name)
      ++next_unit;
    if (next_unit == kUnits.size()) return std::nullopt;
    const Nanoseconds size = kUnits[next_unit++].size;
    if (count > (kDurationMax - sum) / size) return std::nullopt;
    sum += count * size;
  }
  return sum;
}

std::string format_duration(Nanoseconds d) {
  if (d < 0ns) return "-" + format_duration(-d);
  std::string text;
  for (const Unit& unit : kUnits) {
    if (const auto count = d / unit.size; count > 0) {
      text += fmt::format("{}{}", count, unit.name);
      d -= count * unit.size;
    }
  }
  return text.empty() ? "0s" : text;
}

std::string describe_duration(Nanoseconds d) {
  const double seconds = to_seconds(d);
  if (d < 0ns) return "-" + describe_duration(-d);
  // A value that three digits would round up to the next unit is shown in that unit.
  if (d < 999500ns) return fmt::format("{:.3g} us", seconds * 1e6);
  if (d < 999500us) return fmt::format("{:.3g} ms", std::max(1.0, seconds * 1e3));
  if (d < 59950ms) return fmt::format("{:.3g} s", std::max(1.0, seconds));
  d = std::max<Nanoseconds>(d, 1min);
  if (d < 1h) return fmt::format("{} min {} s", d / 1min, (d % 1min) / 1s);
  if (d < 48h) return fmt::format("{} h {} min", d / 1h, (d % 1h) / 1min);
  return fmt::format("{} d {} h", d / 24h, (d % 24h) / 1h);
}

}  // namespace reinfer::base
