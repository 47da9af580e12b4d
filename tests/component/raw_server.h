// A TCP server on loopback whose every connection is handed to a function: for what no HTTP server
// would do on purpose. One thread; connections are served one after the other.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

namespace reinfer::tests {

class RawServer {
 public:
  using Serve = std::function<void(int socket, int connection)>;

  // `serve` is called with each accepted socket and its number, from 0; the socket is closed after.
  explicit RawServer(Serve serve);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  std::string base_url() const;
  int connections() const { return connections_; }

 private:
  int listener_;
  std::atomic<int> connections_{0};
  std::thread thread_;
};

// Reads up to the empty line that ends a request's head; false if the peer closed.
bool read_head(int socket, std::string* head = nullptr);
void send_text(int socket, const std::string& text);

// A port on loopback to which nobody listens.
int closed_port();

// Listens, but its queue is full: SYNs to it are dropped.
class FullServer {
 public:
  FullServer();
  ~FullServer();
  int port() const { return port_; }

 private:
  int listener_;
  int port_;
  int fillers_[8];
};

}  // namespace reinfer::tests
