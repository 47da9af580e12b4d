// A scenario: which faults are in force when, read from a TOML file, so that an incident can be
// replayed and sped up. Loaded once by Simulator::start() and then only read, any thread. It knows
// no clock; the world asks it with the time that has passed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/random.h"
#include "simulator/fault.h"
#include "simulator/place.h"

namespace reinfer::simulator {

struct Step {
  base::Nanoseconds at{};
  base::Nanoseconds lasts{};  // Nanoseconds::max() if it never ends
  Fault fault{};
  std::string tenant = "*";
  std::string route = "*";  // a Route::name
  double rate = 1;
  std::uint64_t requests = UINT64_MAX;  // it ends after so many, however long they take to come
};

struct Scenario {
  double speed = 1;  // 60 plays an hour in a minute
  std::vector<Step> steps;
};

// Every problem at once, one "NAME:LINE: key: problem" a line.
std::variant<Scenario, Problem> parse_scenario(std::string_view text, const std::string& name);
std::variant<Scenario, Problem> load_scenario(const std::string& path);

// The first step in the file that is in force `elapsed` after the start (speed already counted),
// covers place and route, acts on `scope`, has not acted on all its requests, and wins its own
// throw of the dice. Null if there is none. `acted` is how often each step did, empty: never.
const Step* step_in_force(const Scenario& scenario, base::Nanoseconds elapsed, const Place& place,
                          std::string_view route, FaultScope scope, base::Random& random,
                          std::span<const std::uint64_t> acted = {});

}  // namespace reinfer::simulator
