// The limits of the HTTP side, in one place. Set by the command line where an operator may have a
// reason to, and by tests.
#pragma once

#include <chrono>
#include <cstddef>

#include "base/clock.h"
#include "http/request_parser.h"

namespace reinfer::http {

struct ServerLimits {
  RequestLimits request;
  std::size_t requests_max = 40;      // at once with the workers, or waiting for one
  std::size_t connections_max = 512;  // at once; fewer where descriptors are scarce
  // Of all replies, kept for clients that take their time with them.
  std::size_t unsent_bytes_max = 64 * 1024 * 1024;
  // Replies that are made while they are sent: each keeps what it is made of until then.
  std::size_t streams_max = 64;
  // At any of these limits a slow client is cut off: its kernel has acknowledged no byte for
  // `stall_time`, or fewer than `reply_rate_min` a second over `rate_time`. Where there is none,
  // the newcomer gets a 503.
  base::Nanoseconds stall_time = std::chrono::seconds(3);
  base::Nanoseconds rate_time = std::chrono::seconds(10);
  std::size_t reply_rate_min = 16 * 1024;
  base::Nanoseconds request_time = std::chrono::seconds(10);  // handshake and request, in all
  base::Nanoseconds reply_time = std::chrono::seconds(30);    // for the client to take a byte
  base::Nanoseconds idle_time = std::chrono::seconds(120);    // between two requests of a client
  base::Nanoseconds goodbye_time =
      std::chrono::seconds(1);  // for the client to close after the last
  base::Nanoseconds stop_time = std::chrono::milliseconds(1500);  // for what is under way at a stop
  // At a stop, for a client that has just connected or begun to ask.
  base::Nanoseconds stop_request_time = std::chrono::milliseconds(200);
};

}  // namespace reinfer::http
