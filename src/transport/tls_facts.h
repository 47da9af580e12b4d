// The facts of a connection's TLS: version, cipher, and the expiry of the server's certificates.
// CurlTransfer asks for them right after a handshake, on the probe thread. It only reads the SSL
// object.
#pragma once

#include <optional>

#include "model/exchange.h"

struct asn1_string_st;  // OpenSSL's ASN1_TIME
struct ssl_st;          // OpenSSL's SSL

namespace reinfer::transport {

// `earliest_expiry` is that of the chain that was verified, not of the one that the server sent,
// which may hold certificates that nothing depends on.
model::TlsFacts read_tls_facts(ssl_st* ssl);

// nullopt if it is not well formed.
std::optional<base::WallTime> wall_time_of(const asn1_string_st* time);

}  // namespace reinfer::transport
