#include "sla/words.h"

#include <fmt/format.h>

#include <cmath>

#include "base/rfc3339.h"

namespace reinfer::sla {

std::string percent(double ratio) {
  return fmt::format("{:.7g}%", ratio * 100);
}

std::string percent_down(double ratio) {
  constexpr double kSteps = 10000;
  // A product such as 0.9985 * 100 may be slightly too small in floating point.
  constexpr double kHair = 1e-9;
  return fmt::format("{:.4f}%", std::floor(ratio * 100 * kSteps + kHair) / kSteps);
}

std::string sla_time(base::WallTime time) {
  std::string text = base::rfc3339(time);
  return text.substr(0, text.find('.')) + "Z";
}

std::string grouped(unsigned long long count) {
  std::string text = std::to_string(count);
  for (auto i = static_cast<std::ptrdiff_t>(text.size()) - 3; i > 0; i -= 3)
    text.insert(static_cast<std::size_t>(i), 1, ',');
  return text;
}

}  // namespace reinfer::sla
