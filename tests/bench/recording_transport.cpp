#include "recording_transport.h"

#include <algorithm>
#include <utility>

#include "model/probe_result.h"

namespace reinfer::bench {

RecordingTransport::RecordingTransport(std::unique_ptr<Transport> real) : real_(std::move(real)) {
  samples_.reserve(1 << 16);
}

void RecordingTransport::start(transport::ProbeId id, model::Request request) {
  const auto header = std::find_if(request.headers.begin(), request.headers.end(),
                                   [](const model::Header& h) { return h.name == "x-request-id"; });
  if (header != request.headers.end())
    request_ids_.emplace(static_cast<std::uint64_t>(id), header->value);
  real_->start(id, std::move(request));
}

std::vector<transport::Completion> RecordingTransport::poll(base::MonoTime until) {
  std::vector<transport::Completion> completions = real_->poll(until);
  for (const transport::Completion& completion : completions)
    note(completion);
  return completions;
}

void RecordingTransport::note(const transport::Completion& completion) {
  auto id = request_ids_.extract(static_cast<std::uint64_t>(completion.id));
  if (id.empty()) return;
  const model::Exchange& exchange = completion.exchange;
  const model::PhaseTimings& phases = exchange.phases;
  if (exchange.error != model::WireError::none || !phases.wait || !phases.total) {
    ++failures_;
    return;
  }
  model::ProbeResult result;
  result.phases = phases;
  result.uncertainty = exchange.uncertainty;
  samples_.push_back({std::move(id.mapped()), phases.wait->count(), phases.total->count(),
                      exchange.connection_reused,
                      exchange.clock_source == model::ClockSource::kernel ? "kernel" : "user",
                      model::distrust_of_wait(result).has_value()});
}

}  // namespace reinfer::bench
