// One request and its reply on their way through the server. The connection loop makes it from a
// whole request, hands it to a worker thread, gets it back with bytes to send, and hands it out
// again for as long as the reply has more. A plain value that belongs to one thread at a time; it
// knows no socket.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "http/access.h"
#include "http/streamed_body.h"

namespace reinfer::http {

using ConnectionId = std::uint64_t;

struct ReceivedRequest {
  std::string head;  // see relevant_head() of http/request_parser.h
  std::string body;
  std::string client;  // address
};

struct ClientExchange {
  ConnectionId connection = 0;
  ReceivedRequest request;
  std::stop_source left;                   // the client has left; the loop has a copy
  std::optional<PasswordAnswer> password;  // once the password worker has compared it
  bool replied = false;                    // the loop has got the beginning of the reply
  std::string bytes;                       // of the reply, to be sent next
  bool closes = false;                     // the connection ends after the last byte
  std::unique_ptr<StreamedBody> rest;      // of the reply; null: `bytes` is the end of it
};

}  // namespace reinfer::http
