// The command line of `reinfer_exporter discover`. Used by options.cpp, which owns the whole
// command line. It reads no file; what is wrong with a value is found where a configuration is
// proven.
#pragma once

#include <optional>
#include <string>

#include "discover/proposed_toml.h"

namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
}

namespace reinfer::app {

struct DiscoverOptions {
  discover::TenantAccess access;  // its name may be empty: it follows from the base URL
  std::string write;              // file to be made, "" for stdout
};

// Adds the options to the command; they are written to `options`, which must outlive it.
void add_discover(CLI::App& discover, DiscoverOptions& options);

// The missing options, in words.
std::optional<std::string> find_missing(const DiscoverOptions& options);

}  // namespace reinfer::app
