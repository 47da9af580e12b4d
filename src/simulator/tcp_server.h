// Listens on the simulator's ports and gives every connection a thread. Constructing it starts
// nothing: open() binds, start() starts, stop() ends and joins all threads. Driven by Simulator
// from one thread. It knows neither TLS nor HTTP; the Serve function handles a connection.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <thread>
#include <vector>

#include "base/descriptor.h"
#include "base/log.h"
#include "simulator/input_problem.h"
#include "simulator/simulator_options.h"
#include "simulator/stop_signal.h"

namespace reinfer::simulator {

class Server {
 public:
  // Runs on the connection's thread and must return soon after `stop` was raised.
  using Serve = std::function<void(base::Descriptor, PortKind)>;

  Server(Serve serve, StopSignal& stop, const base::Log& log);
  ~Server();

  std::optional<Problem> open(PortKind kind, const Address& address);
  void start();
  void stop();

  // The bound port, 0 if that kind is not open.
  std::uint16_t port(PortKind kind) const;

 private:
  struct Listener {
    base::Descriptor socket;
    PortKind kind;
    std::uint16_t port;
  };
  struct Worker {
    std::thread thread;
    std::atomic<bool> done{false};
  };

  void accept_until_stopped();
  void accept_one(const Listener& listener);
  void reap();

  const Serve serve_;
  StopSignal& stop_;
  const base::Log& log_;
  std::vector<Listener> listeners_;  // constant after start()
  std::thread acceptor_;
  std::list<Worker> workers_;  // owned by the acceptor's thread
};

}  // namespace reinfer::simulator
