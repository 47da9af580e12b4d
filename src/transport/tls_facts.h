// What OpenSSL knows of a connection's TLS: version, cipher, and when the server's chain expires.
// Used by CurlTransfer right after a handshake. Pure but for reading the SSL object.
#pragma once

#include "model/exchange.h"

struct ssl_st;  // OpenSSL's SSL

namespace reinfer::transport {

model::TlsFacts read_tls_facts(ssl_st* ssl);

}  // namespace reinfer::transport
