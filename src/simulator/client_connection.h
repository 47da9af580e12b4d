// One connection from its first byte to its last: reads requests, lets respond make the replies,
// waits as long as the server is to seem at work, and sends what results, damaged as the fault
// demands. Runs on the connection's own thread and owns the stream.
#pragma once

#include "base/log.h"
#include "simulator/stream.h"
#include "simulator/world.h"

namespace reinfer::simulator {

// Returns when the connection is over or the simulator stops.
void serve(Stream& stream, World& world, const base::Log& log);

}  // namespace reinfer::simulator
