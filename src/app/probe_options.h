// The command line of `reinfer_exporter probe`. Used by options.cpp, which owns the whole command
// line. It reads no file.
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/clock.h"

namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
}

namespace reinfer::app {

struct ProbeOptions {
  std::vector<std::string> selection;  // TENANT or TENANT/PROBE, none for all
  std::uint64_t repeat = 1;            // rounds
  base::Nanoseconds interval{};        // between two rounds
  std::size_t parallel = 1;            // targets at once
  bool json = false;
  bool csv = false;
};

// Option texts before they are parsed.
struct ProbeGiven {
  ProbeOptions plain;    // its selection may hold the name of a configuration
  std::string interval;  // empty: not given
  std::string colour = "auto";
};

// Adds the options to the command; they are written to `given`, which must outlive it.
void add_probe(CLI::App& probe, ProbeGiven& given);

// The error names the option, the problem and what is allowed.
tl::expected<ProbeOptions, std::string> understand(const ProbeGiven& given);

}  // namespace reinfer::app
