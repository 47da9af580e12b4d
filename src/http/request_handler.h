// Answers requests: chooses the route, asks Access for permission, has cpp-httplib read the request
// and write the reply (http/httplib_adapter.h), and counts. It fills in a ClientExchange and knows
// neither sockets nor the connection loop. Used by the worker threads, any number at once.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/mutex.h"
#include "http/access.h"
#include "http/client_exchange.h"
#include "http/httplib_adapter.h"
#include "http/message.h"
#include "http/server_instruments.h"
#include "http/server_limits.h"

namespace reinfer::http {

class RequestHandler {
 public:
  // Everything passed by reference outlives it. `prefix`: before the path of every route, which
  // does not know of it; "" for none.
  RequestHandler(Routes routes, std::string prefix, Access& access, ServerInstruments& instruments,
                 const ServerLimits& limits, const base::Log& log);

  // Fills in the next bytes of the reply. Returns a question instead if the answer depends on a
  // password that has not been compared yet: call again once ClientExchange::password is there.
  std::optional<PasswordQuestion> work(ClientExchange& exchange);
  // Fills in the reply for a request whose password nobody has time to compare.
  void refuse_password(ClientExchange& exchange) const;

 private:
  class Answering;

  std::unique_ptr<HttplibAdapter> take_adapter();
  void give_back(std::unique_ptr<HttplibAdapter> adapter);

  const Routes routes_;
  const std::string prefix_;
  Access& access_;
  ServerInstruments& instruments_;
  const base::Nanoseconds idle_time_;
  const base::Log& log_;

  base::Mutex mutex_;
  // Not in use at the moment; there are never more than worker threads.
  std::vector<std::unique_ptr<HttplibAdapter>> adapters_ REINFER_GUARDED_BY(mutex_);
};

}  // namespace reinfer::http
