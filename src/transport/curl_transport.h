// Transport over real sockets: libcurl's multi interface under an epoll loop of our own, so that we
// own the wait and see every event first. One probe thread owns it; only wake() is for others.
#pragma once

#include <cstddef>
#include <memory>

#include "transport/transport.h"

namespace reinfer::transport {

class CurlTransport final : public Transport {
 public:
  // `connections_max`: idle connections kept for ConnectionMode::reuse. `stamps`: user to do
  // without the kernel's time stamps, as on systems that have none.
  explicit CurlTransport(std::size_t connections_max = 1024,
                         model::ClockSource stamps = model::ClockSource::kernel);
  // Exchanges still in flight are given up without a completion.
  ~CurlTransport() override;

  void start(ProbeId id, model::Request request) override;
  std::vector<Completion> poll(base::MonoTime until) override;
  void wake() override;
  base::Nanoseconds waited() const override;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace reinfer::transport
