#include "explain/availability.h"

#include <fmt/format.h>

#include <algorithm>

namespace reinfer::explain {
namespace {

using namespace std::chrono_literals;

// "18 s", "54 min", "23 h".
std::string in_whole_units(base::Nanoseconds watched) {
  if (watched >= 1h) return fmt::format("{} h", watched / 1h);
  if (watched >= 1min) return fmt::format("{} min", watched / 1min);
  return fmt::format("{} s", std::max<std::int64_t>(watched / 1s, 1));
}

AvailabilityFigure figure(const record::AvailabilitySum& sum, const char* word,
                          base::Nanoseconds whole, base::Nanoseconds watched) {
  if (watched >= whole) return {sum, word, true};
  return {sum, in_whole_units(watched), false};
}

}  // namespace

std::vector<AvailabilityFigure> availability_figures(const record::RecentResults& recent,
                                                     base::MonoTime now) {
  // The present stretch is not over, so an hour may be shorter by as much.
  constexpr base::Nanoseconds kHour = 1h - record::RecentResults::kHourBinWidth;
  constexpr base::Nanoseconds kDay = 24h - record::RecentResults::kDayBinWidth;
  const auto first = recent.first();
  const auto noted = recent.first_noted();
  const base::Nanoseconds day = first ? now - *first : kDay;
  const base::Nanoseconds hour = noted ? now - *noted : first ? base::Nanoseconds{0} : kHour;
  const bool restarted = noted && first != noted;
  std::vector<AvailabilityFigure> figures;
  if (hour >= kHour || restarted)
    figures.push_back(figure(recent.over_hour(now), "hour", kHour, hour));
  figures.push_back(figure(recent.over_day(now), "day", kDay, day));
  return figures;
}

}  // namespace reinfer::explain
