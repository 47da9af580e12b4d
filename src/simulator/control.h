// The simulator's own routes under /_simulator/, by which a test in another process steers it:
//
//   POST fault        {"mode":"http_json.503","tenant":"*"}   "ok" takes it back
//   POST token        {"token":"..."}                         the old one is no longer accepted
//   POST certificate  {"name":"valid"|"expired"|"wrong_name"} for new handshakes on the main port
//   POST reset        counters to zero
//   GET  requests     counts, connections and the last requests; never a token
//
// Needs no token: the simulator listens on loopback only. Called by respond on connection threads.
#pragma once

#include "simulator/simulated_reply.h"
#include "simulator/world.h"

namespace reinfer::simulator {

// `rest` are the segments after "_simulator".
Reply answer_control(World& world, const Request& request, const std::vector<std::string>& rest);

}  // namespace reinfer::simulator
