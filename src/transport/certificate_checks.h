// Why OpenSSL refused a server's certificate, for each exchange whose handshake failed so. Owned by
// CurlTransport's loop, which outlives every connection; OpenSSL's verification reports to it,
// CurlTransfer asks it at the end. Probe thread only. It changes no verdict of OpenSSL, and does
// not see the comparison with the host's name, which is libcurl's.
#pragma once

#include <string>
#include <unordered_map>

#include "model/exchange.h"
#include "transport/transport.h"

struct ssl_ctx_st;         // OpenSSL's SSL_CTX
struct x509_store_ctx_st;  // OpenSSL's X509_STORE_CTX

namespace reinfer::transport {

struct RefusedCertificate {
  model::Cause cause = model::Cause::unknown;
  std::string text;  // "certificate of www.example.com expired 2026-11-01T12:00:00Z"
};

class CertificateChecks {
 public:
  // Connections made with this context serve the exchange. To be called before the handshake.
  void watch(ssl_ctx_st* context, ProbeId id);
  // nullptr if nothing was refused.
  const RefusedCertificate* refused(ProbeId id) const;
  // The exchange is over.
  void forget(ProbeId id) { refused_.erase(id); }

 private:
  static int on_verified(int accepted, x509_store_ctx_st* store);

  std::unordered_map<ProbeId, RefusedCertificate> refused_;
};

}  // namespace reinfer::transport
