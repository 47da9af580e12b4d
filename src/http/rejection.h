// Why a client was turned away, or cut off: each enumerator is a label value of
// reinfer_exporter_http_rejected_total. Used by the parser, the connection loop and the handlers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace reinfer::http {

enum class Rejection : std::uint8_t {
  slow,                  // did not send a request in time, or took no byte of its reply
  too_many_connections,  // an idle connection made room, or there was none and nobody was let in
  busy,                  // too many requests or replies at once, or no memory: it may come again
  too_many_passwords,    // too many passwords that had not been seen before, at once
  rate_limit,
  header_too_large,
  body_too_large,
  malformed,
  unauthorized,
  tls,  // no handshake: version, certificate, or no TLS at all
};
inline constexpr std::size_t kRejectionCount = 10;
std::string_view to_label(Rejection reason);

}  // namespace reinfer::http
