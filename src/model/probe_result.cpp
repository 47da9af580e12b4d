#include "model/probe_result.h"

#include <algorithm>
#include <array>

namespace reinfer::model {
namespace {

constexpr base::Nanoseconds kHarmless = std::chrono::milliseconds(5);

std::optional<Distrust> distrust(std::optional<base::Nanoseconds> figure, base::Nanoseconds off,
                                 bool clock_stepped) {
  if (!figure) return std::nullopt;
  if (clock_stepped) return Distrust::clock_step;
  if (off > std::max(kHarmless, *figure / 10)) return Distrust::loop_late;
  return std::nullopt;
}

}  // namespace

std::string_view to_label(ServerTimingState state) {
  static constexpr std::array<std::string_view, kServerTimingStateCount> kLabels = {
      "ok", "missing", "invalid", "exceeds_wait"};
  return kLabels.at(static_cast<std::size_t>(state));
}

std::string_view to_label(Distrust reason) {
  static constexpr std::array<std::string_view, kDistrustCount> kLabels = {"loop_late",
                                                                           "clock_step"};
  return kLabels.at(static_cast<std::size_t>(reason));
}

std::optional<Distrust> distrust_of_total(const ProbeResult& result) {
  return distrust(result.phases.total, result.uncertainty.total, result.uncertainty.clock_stepped);
}

std::optional<Distrust> distrust_of_wait(const ProbeResult& result) {
  return distrust(result.phases.wait, result.uncertainty.wait, result.uncertainty.clock_stepped);
}

}  // namespace reinfer::model
