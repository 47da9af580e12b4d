// Ends a connection whose peer sends without end what carries nothing: frames of HTTP/2 such as
// empty DATA, PING or SETTINGS (RFC 9113 section 10.5), or messages of TLS itself such as tickets
// and key updates (RFC 8446 section 4.6). libcurl, or OpenSSL for it, reads them in one call for as
// long as they come and calls nobody back, so that the whole thread would stand still: only OpenSSL
// sees each record. Owned by CurlTransport's loop; CurlTransfer names its connection and reports
// what its reply is made of. Probe thread only. A connection may outlive its exchange, which is
// known by its id.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <unordered_map>

#include "transport/transport.h"

struct ssl_st;  // OpenSSL's SSL

namespace reinfer::transport {

class FrameLimit {
 public:
  // More than a reply's frames need on top of their content, and some ten milliseconds of work.
  static constexpr std::size_t kOverheadBytesMax = 64 * 1024;
  // A message of TLS costs keys to derive, however short it is, so that many in one call.
  static constexpr std::size_t kTlsMessagesMax = 256;

  // From now on the connection serves this exchange. `fresh`: the socket of a new connection; one
  // that is used again keeps its own. `frames`: it speaks HTTP/2; else its records count nothing,
  // for small ones may carry a body.
  void watch(ssl_st* ssl, ProbeId id, std::optional<int> fresh, bool frames);
  // libcurl is about to be called.
  void begin_call() { overhead_bytes_ = 0; }
  // So many bytes of headers or of a body came out of the records.
  void carried(std::size_t bytes) { overhead_bytes_ -= std::min(bytes, overhead_bytes_); }
  // Whether the connection of this exchange was ended.
  bool exceeded(ProbeId id) const {
    const auto found = exceeded_.find(id);
    return found != exceeded_.end() && found->second;
  }
  // The exchange is over.
  void forget(ProbeId id) { exceeded_.erase(id); }

 private:
  static void on_record(int sent, int version, int type, const void* bytes, std::size_t size,
                        ssl_st* ssl, void* self);
  static void on_tls_message(int sent, int version, int type, const void* bytes, std::size_t size,
                             ssl_st* ssl, void* self);
  void add(std::size_t bytes, const ssl_st* ssl);

  std::size_t overhead_bytes_ = 0;              // of all connections in this call
  std::unordered_map<ProbeId, bool> exceeded_;  // of exchanges under way
};

}  // namespace reinfer::transport
