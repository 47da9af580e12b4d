#include "transport/timing/phases_from_stamps.h"

#include <algorithm>

namespace reinfer::transport {
namespace {

std::optional<base::Nanoseconds>& phase_at(model::PhaseTimings& phases, model::Stage stage) {
  switch (stage) {
    case model::Stage::resolve:
      return phases.resolve;
    case model::Stage::connect:
      return phases.connect;
    case model::Stage::tls:
      return phases.tls;
    case model::Stage::send:
      return phases.send;
    case model::Stage::wait:
      return phases.wait;
    case model::Stage::receive:
    case model::Stage::done:
      break;
  }
  return phases.receive;
}

}  // namespace

model::PhaseTimings phases_from(const WireStamps& stamps, model::Stage stage) {
  model::PhaseTimings phases;
  base::MonoTime mark = stamps.start;
  const auto close = [&](model::Stage phase, const std::optional<base::MonoTime>& stamp) {
    if (!stamp) return;
    phase_at(phases, phase) = std::max(base::Nanoseconds{0}, *stamp - mark);
    mark = std::max(mark, *stamp);
  };
  close(model::Stage::resolve, stamps.resolved);
  close(model::Stage::connect, stamps.connected);
  close(model::Stage::tls, stamps.tls_done);
  close(model::Stage::send, stamps.sent);
  close(model::Stage::wait, stamps.first_byte);
  close(stage, stamps.end);
  phases.total = std::max(base::Nanoseconds{0}, stamps.end - stamps.start);
  return phases;
}

}  // namespace reinfer::transport
