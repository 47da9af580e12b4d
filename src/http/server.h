// The HTTP server: it joins the connection loop, the worker threads and the access control. Routes
// decide the content of replies. Built, started and stopped by the App on the main thread. It never
// touches a probe.
#pragma once

#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/log.h"
#include "http/listener.h"
#include "http/message.h"
#include "http/server_instruments.h"
#include "http/server_limits.h"
#include "http/web_files.h"

namespace reinfer::http {

struct ServerOptions {
  std::vector<ListenAddress> addresses;
  bool socket_activation = false;  // systemd's sockets instead of `addresses`
  WebFileNames files;
  ReadWebFiles read_files = read_web_files;
  ServerLimits limits;
  std::string route_prefix = {};  // "/reinfer" before every path, "" for none
};

class Server {
 public:
  // Everything passed by reference outlives the server. Requests are counted in `instruments`.
  Server(ServerOptions options, Routes routes, ServerInstruments& instruments,
         const base::Log& log);
  ~Server();

  // Reads the web configuration and takes the ports. Returns the first port taken (0 for a Unix
  // socket), or the problems in words, one a line.
  tl::expected<int, std::string> bind();
  // The addresses on which it listens, after bind().
  const std::vector<std::string>& addresses() const;
  // Starts to answer, on threads of its own. REQUIRES: bind() succeeded.
  void start();
  // Answers the requests in progress, then ends all threads. Does nothing if not started.
  void stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace reinfer::http
