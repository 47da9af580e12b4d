// What libcurl's result codes mean to us. Pure functions on plain values, so that the table can be
// tested without a network. Used by CurlTransfer.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "model/exchange.h"

namespace reinfer::transport {

// How a finished transfer looked from the outside.
struct CurlEnding {
  int code = 0;                   // CURLcode
  std::string_view text;          // CURLOPT_ERRORBUFFER
  bool timed_out = false;         // our own deadline ended it
  bool time_left = false;         // that is, before it had all of its time
  base::Nanoseconds took{0};      // in all
  base::Nanoseconds held_up{0};   // for so long of it, it could have gone on but for us
  bool too_large = false;         // our write callback refused more
  bool headers_cut = false;       // a status line came, the empty line after the headers did not
  bool out_of_sockets = false;    // socket() failed for want of descriptors or memory
  long proxy_status = 0;          // reply to CONNECT, 0 if there was none
  bool at_proxy = false;          // a proxy is used and has not opened the way yet
  bool proxy_unverified = false;  // TLS with the proxy itself began and was not verified
  model::Stage stage = model::Stage::done;  // where it ended
};

// Whether it failed because we were late ourselves: stopped, or out of CPU. Also where the peer may
// have given us up before it had our request.
bool is_our_delay(const CurlEnding& ending);

// curl.se/libcurl/c/libcurl-errors.html. Codes that cannot come from the network are `monitor`.
model::WireError wire_error_of(const CurlEnding& ending);

}  // namespace reinfer::transport
