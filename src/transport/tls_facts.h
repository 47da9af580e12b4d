// The facts of a connection's TLS: version, cipher, and the expiry of the server's chain.
// CurlTransfer asks for them right after a handshake, on the probe thread. It only reads the SSL
// object.
#pragma once

#include "model/exchange.h"

struct ssl_st;  // OpenSSL's SSL

namespace reinfer::transport {

model::TlsFacts read_tls_facts(ssl_st* ssl);

}  // namespace reinfer::transport
