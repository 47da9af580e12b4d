// A loopback address to listen on, as given on the command line. The simulator speaks with a token
// that anybody can read in its options, so it never listens to the network: everything that is not
// loopback is refused here. Pure, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "simulator/input_problem.h"

namespace reinfer::simulator {

struct Address {
  std::string host;        // numeric: "127.0.0.1" or "::1"
  std::uint16_t port = 0;  // 0: the kernel chooses
  bool operator==(const Address&) const = default;
};

// "127.0.0.1:9443", "localhost:0", "[::1]:0".
std::variant<Address, Problem> parse_address(std::string_view text);

}  // namespace reinfer::simulator
