// The way to the network, and the only thing in the program that waits. The Engine starts exchanges
// and polls for completions; CurlTransport does it over real sockets, the simulation's
// ScriptedTransport plays it on a virtual clock. Owned and used by one probe thread, but for
// wake().
#pragma once

#include <cstdint>
#include <vector>

#include "model/exchange.h"

namespace reinfer::transport {

// Names one exchange from start() to its completion. Never reused.
enum class ProbeId : std::uint64_t {};

// Hands out the names; all who share a transport share one of these.
class ProbeIds {
 public:
  ProbeId next() { return ProbeId{++last_}; }

 private:
  std::uint64_t last_ = 0;
};

struct Completion {
  ProbeId id{};
  model::Exchange exchange;
};

class Transport {
 public:
  virtual ~Transport() = default;

  // Sends one request, once. Cannot fail: whatever goes wrong comes back from poll() as an
  // Exchange, so there is one path for every ending. It ends within `request.deadlines`.
  virtual void start(ProbeId id, model::Request request) = 0;

  // Waits until an exchange has ended, wake() was called or `until` has come, and returns what has
  // ended, possibly nothing, in the order in which it ended.
  virtual std::vector<Completion> poll(base::MonoTime until) = 0;

  // Makes a poll() in progress, or else the next one, return at once. Any thread,
  // async-signal-safe.
  virtual void wake() = 0;

  // How long poll() has really waited so far: what is left of the loop's time is work.
  virtual base::Nanoseconds waited() const = 0;
};

}  // namespace reinfer::transport
