// The meaning of libcurl's result codes to us. Pure functions on plain values, so that the table is
// tested without a network. Used by CurlTransfer on the probe thread. They judge the wire only: the
// meaning of a complete reply is the judge's business. The text of libcurl's messages changes
// between versions and decides nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "model/exchange.h"
#include "transport/reply_reader.h"
#include "transport/tls_alerts.h"

namespace reinfer::transport {

// A finished transfer as seen from outside.
struct CurlEnding {
  int code = 0;                        // CURLcode
  std::string_view text;               // CURLOPT_ERRORBUFFER, for logs
  bool timed_out = false;              // our own deadline ended it
  bool time_left = false;              // and did so before the transfer had all of its time
  bool unacknowledged = false;         // the peer's kernel has not confirmed what we sent
  base::Nanoseconds took{0};           // from start to end
  base::Nanoseconds our_delay{0};      // the share of it in which only we kept the transfer waiting
  Refused refused = Refused::nothing;  // by our callbacks
  bool body_cut = false;               // the body ended in the middle of its gzip
  bool endless_line = false;           // so many bytes came without the end of the headers
  bool no_lookup_means = false;  // a lookup failed, and we lack a thread or descriptors for one
  // OpenSSL has refused a certificate of the peer.
  std::optional<model::Cause> refused_certificate;
  bool headers_cut = false;         // a status line came, the empty line after the headers did not
  bool chunked_body = false;        // the headers are complete and announce a chunked body
  long os_error = 0;                // errno of a system call that failed since the request was sent
  TlsAlert alert = TlsAlert::none;  // a fatal one, after the handshake
  bool out_of_sockets = false;      // the kernel had no descriptor or no memory for a socket
  long proxy_status = 0;            // reply to CONNECT, 0 if there was none
  bool at_proxy = false;            // a proxy is used and has not connected us to the tenant yet
  bool proxy_unverified = false;    // TLS with the proxy itself began and was not verified
  model::Stage stage = model::Stage::done;  // where it ended
};

// Whether it failed because we were late ourselves: stopped, or out of CPU. This includes a peer
// that may have given up because our request did not come.
bool is_our_delay(const CurlEnding& ending);

// Whether the exchange failed because a certificate of the peer was refused.
bool is_refusal(const CurlEnding& ending);

// The end by our own deadline, in words for people; `limits` are those of the request.
std::string describe_timeout(const CurlEnding& ending, const model::Deadlines& limits);

// The reason in more detail than `error`, which is wire_error_of(ending).
model::Cause cause_of(const CurlEnding& ending, model::WireError error);

// curl.se/libcurl/c/libcurl-errors.html. Codes that cannot come from the network are `monitor`.
model::WireError wire_error_of(const CurlEnding& ending);

}  // namespace reinfer::transport
