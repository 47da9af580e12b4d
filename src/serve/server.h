// The HTTP side: a table of routes on a cpp-httplib server, which lives in server.cpp alone. Its
// pool of threads owns nothing; what a reply says is the route's business. Built, started and
// stopped by the App on the main thread. It never touches a probe.
#pragma once

#include <memory>
#include <string>

#include <tl/expected.hpp>

#include "base/log.h"
#include "serve/http.h"
#include "serve/http_statistics.h"

namespace reinfer {

struct ListenAddress {
  std::string host;  // empty: all addresses, IPv6 and IPv4
  int port = 0;      // 0: any free one
  bool operator==(const ListenAddress&) const = default;
};

// ":9877", "127.0.0.1:9877", "[::1]:0", "localhost:9877".
tl::expected<ListenAddress, std::string> parse_listen_address(const std::string& text);

struct ServerOptions {
  ListenAddress address;
};

class Server {
 public:
  // Everything passed by reference outlives the server. Requests are counted in `statistics`.
  Server(ServerOptions options, Routes routes, HttpStatistics& statistics, const Log& log);
  ~Server();

  // Takes the port, or says in words why not. Returns the port taken.
  tl::expected<int, std::string> bind();
  // Begins to answer, on threads of its own. REQUIRES: bind() succeeded.
  void start();
  // Answers what is under way, then ends all threads. Does nothing if not started.
  void stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace reinfer
