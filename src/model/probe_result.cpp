#include "model/probe_result.h"

#include <array>

namespace reinfer {

std::string_view to_label(ServerTimingState state) {
  static constexpr std::array<std::string_view, kServerTimingStateCount> kLabels = {
      "ok", "missing", "invalid", "exceeds_wait"};
  return kLabels.at(static_cast<std::size_t>(state));
}

}  // namespace reinfer
