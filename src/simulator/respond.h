// Makes the reply to a request: finds the place, calls API, identity service, portal or control,
// and applies the fault in force. Called on connection threads; reads and counts in the world,
// writes to no socket.
#pragma once

#include "simulator/simulated_reply.h"
#include "simulator/world.h"

namespace reinfer::simulator {

struct Response {
  Reply reply;
  Marks marks;
  base::Nanoseconds latency{};
  bool counts = false;  // false for the simulator's own control
};

Response respond(World& world, const Request& request);

}  // namespace reinfer::simulator
