// Transport over real sockets: libcurl's multi interface (curl_multi_socket_action) under our own
// epoll loop (CurlLoop), so that we see every event before libcurl does. One probe thread owns it;
// only wake() may be called from others. It judges nothing.
#pragma once

#include <cstddef>
#include <memory>

#include "transport/transport.h"

namespace reinfer::transport {

class CurlLoop;

class CurlTransport final : public Transport {
 public:
  // `connections_max`: idle connections kept for ConnectionMode::reuse. `stamps`: user for no time
  // stamps of the kernel, as on systems without them.
  explicit CurlTransport(std::size_t connections_max = 1024,
                         model::ClockSource stamps = model::ClockSource::kernel);
  // Exchanges still in flight are given up without a completion.
  ~CurlTransport() override;

  void start(ProbeId id, model::Request request) override;
  std::vector<Completion> poll(base::MonoTime until) override;
  void wake() override;
  base::Nanoseconds waited() const override;

 private:
  std::unique_ptr<CurlLoop> loop_;
};

}  // namespace reinfer::transport
