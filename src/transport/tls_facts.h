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

// Whether the peers have agreed on HTTP/2 (ALPN).
bool speaks_http2(const ssl_st* ssl);

// Whether bytes of the peer were taken from the socket and not yet from the session.
bool has_unread(const ssl_st* ssl);

// nullopt if it is not well formed.
std::optional<base::WallTime> wall_time_of(const asn1_string_st* time);

}  // namespace reinfer::transport
