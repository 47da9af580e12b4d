#include "transport/curl_transport.h"

#include "transport/curl_loop.h"

namespace reinfer::transport {

CurlTransport::CurlTransport(std::size_t connections_max, model::ClockSource stamps)
    : loop_(std::make_unique<CurlLoop>(connections_max, stamps)) {}
CurlTransport::~CurlTransport() = default;

void CurlTransport::start(ProbeId id, model::Request request) {
  loop_->start(id, std::move(request));
}
std::vector<Completion> CurlTransport::poll(base::MonoTime until) {
  return loop_->poll(until);
}
void CurlTransport::wake() {
  loop_->wake();
}
base::Nanoseconds CurlTransport::waited() const {
  return loop_->waited();
}

}  // namespace reinfer::transport
