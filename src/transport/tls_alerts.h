// Which exchanges had their TLS connection broken by a fatal alert, after the handshake as libcurl
// sees it. Owned by CurlTransport's loop, which outlives every connection; OpenSSL reports alerts
// to it, CurlTransfer asks it at the end. Probe thread only. An SSL object may outlive its exchange
// and knows the exchange by its id: an alert for an exchange that is over is dropped.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "transport/transport.h"

struct ssl_st;  // OpenSSL's SSL

namespace reinfer::transport {

// `received`: the peer refused us, e.g. for want of a client certificate (TLS 1.3 says so only
// after the client's side of the handshake is over). `sent`: what came was not valid TLS, or ended
// without notice.
enum class TlsAlert : std::uint8_t { none, received, sent };

class TlsAlerts {
 public:
  // From now on the connection serves this exchange. `failure`: libcurl's CURLOPT_ERRORBUFFER for
  // it, which must live until forget(). Once it holds a message the exchange has failed already,
  // and an alert comes from closing the connection: it is not counted.
  void watch(ssl_st* ssl, ProbeId id, const char* failure);
  // The first fatal alert of the exchange up to now.
  TlsAlert seen(ProbeId id) const;
  // The exchange is over.
  void forget(ProbeId id) { exchanges_.erase(id); }

 private:
  static void on_info(const ssl_st* ssl, int where, int alert);

  struct Exchange {
    const char* failure = nullptr;
    TlsAlert seen = TlsAlert::none;
  };
  std::unordered_map<ProbeId, Exchange> exchanges_;
};

}  // namespace reinfer::transport
