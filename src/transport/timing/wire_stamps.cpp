#include "transport/timing/wire_stamps.h"

#include <algorithm>

namespace reinfer {
namespace {

std::optional<Nanoseconds>& phase_at(PhaseTimings& phases, Stage stage) {
  switch (stage) {
    case Stage::resolve:
      return phases.resolve;
    case Stage::connect:
      return phases.connect;
    case Stage::tls:
      return phases.tls;
    case Stage::send:
      return phases.send;
    case Stage::wait:
      return phases.wait;
    case Stage::receive:
    case Stage::done:
      break;
  }
  return phases.receive;
}

}  // namespace

PhaseTimings phases_from(const WireStamps& stamps, Stage stage) {
  PhaseTimings phases;
  MonoTime mark = stamps.start;
  const auto close = [&](Stage phase, const std::optional<MonoTime>& stamp) {
    if (!stamp) return;
    phase_at(phases, phase) = std::max(Nanoseconds{0}, *stamp - mark);
    mark = std::max(mark, *stamp);
  };
  close(Stage::resolve, stamps.resolved);
  close(Stage::connect, stamps.connected);
  close(Stage::tls, stamps.tls_done);
  close(Stage::send, stamps.sent);
  close(Stage::wait, stamps.first_byte);
  close(stage, stamps.end);
  phases.total = std::max(Nanoseconds{0}, stamps.end - stamps.start);
  return phases;
}

}  // namespace reinfer
