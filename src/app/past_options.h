// The command lines of `reinfer_exporter incidents` and `reinfer_exporter evidence`. Used by
// options.cpp, which owns the whole command line. It reads no file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "base/clock.h"
#include "model/outcome.h"

namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
}

namespace reinfer::app {

// How far back: a duration until now, or a moment.
struct Since {
  std::optional<base::Nanoseconds> ago;
  std::optional<base::WallTime> moment;
};

struct PastOptions {
  std::string storage_path;
  std::string tenant;  // "": all
  std::string probe;   // "": all of the tenant
  std::optional<model::Fault> fault;
  Since since;  // neither: as far as the history goes
  std::size_t limit = 50;
  bool json = false;
};

// Option texts before they are parsed.
struct PastGiven {
  std::string storage_path;
  std::string target;
  std::string fault;
  std::string since;
  std::string colour = "auto";
  std::size_t limit = 50;
  bool json = false;
};

// Add the options to the command; they are written to `given`, which must outlive it.
void add_incidents(CLI::App& incidents, PastGiven& given);
void add_evidence(CLI::App& evidence, PastGiven& given);

// `whole_target`: TENANT is not enough. The error names the option, the problem and what is
// allowed.
tl::expected<PastOptions, std::string> understand(const PastGiven& given, bool whole_target);

}  // namespace reinfer::app
