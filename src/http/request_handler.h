// One whole request to one whole reply: the adapter to cpp-httplib, which reads the request's head,
// and writes the reply's, over memory instead of a socket. It chooses the route, asks Access who
// may, and counts. Any number of threads.
#pragma once

#include <optional>
#include <string>

#include "base/log.h"
#include "http/access.h"
#include "http/connection_loop.h"
#include "http/message.h"
#include "http/server_instruments.h"

namespace reinfer::http {

struct Answer {
  OutgoingReply reply;
  // Not answered yet, there is no reply: whose password is it?
  std::optional<PasswordQuestion> question;
};

class RequestHandler {
 public:
  // Everything passed by reference outlives it. `limits`: what a reply says of keeping alive.
  RequestHandler(Routes routes, Access& access, ServerInstruments& instruments,
                 const ServerLimits& limits, const base::Log& log);

  // `known`: the answer to the question that the same request led to before.
  Answer answer(const ReceivedRequest& request, const std::optional<PasswordAnswer>& known) const;
  // The reply to a request whose password there was no time to look at.
  OutgoingReply too_busy(const ReceivedRequest& request) const;

 private:
  class Exchange;

  const Routes routes_;
  Access& access_;
  ServerInstruments& instruments_;
  const ServerLimits limits_;
  const base::Log& log_;
};

}  // namespace reinfer::http
