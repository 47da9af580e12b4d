// The server side of TLS for one certificate: made once by Simulator::start(), then only read, so
// connection threads share it. Offers HTTP/1.1 by ALPN and nothing else.
#pragma once

#include <memory>

#include "simulator/certificates.h"

struct ssl_ctx_st;

namespace reinfer::simulator {

class TlsContext {
 public:
  explicit TlsContext(const Certificate& certificate);
  ~TlsContext();
  TlsContext(TlsContext&&) noexcept;

  ssl_ctx_st* get() const { return context_.get(); }

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  std::unique_ptr<ssl_ctx_st, Free> context_;
};

}  // namespace reinfer::simulator
