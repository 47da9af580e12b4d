// One client connection from its first byte to its last: reads requests, gets replies from
// respond(), waits for the simulated server time, and sends the reply, damaged if the fault says
// so. Runs on the connection's own thread and owns the stream.
#pragma once

#include "base/log.h"
#include "simulator/stream.h"
#include "simulator/world.h"

namespace reinfer::simulator {

// Returns when the connection is over or the simulator stops.
void serve(Stream& stream, World& world, const base::Log& log);

}  // namespace reinfer::simulator
