// The command line of `reinfer_exporter sla`. Used by options.cpp, which owns the whole command
// line. It reads no file and no clock; the command determines
// the month.
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

enum class SlaFormat : std::uint8_t { table, csv, json, markdown, html };

struct SlaOptions {
  std::string url;           // of Prometheus, without a slash at its end; "": from the history
  std::string storage_path;  // of the history; "": from Prometheus
  std::string token_file;
  std::string user_file;
  std::string header_file;
  std::string ca_file;
  std::string month;  // as given; "": the last one that is over
  std::string time_zone = "UTC";
  std::vector<std::string> tenants;  // none: all
  std::string instance;              // "": all
  SlaFormat format = SlaFormat::table;
  std::size_t outages_max = 10;
  base::Nanoseconds timeout = std::chrono::seconds(30);
};

// Option texts before they are parsed.
struct SlaGiven {
  SlaOptions plain;
  std::string format = "table";
  std::string timeout = "30s";
  std::string colour = "auto";
};

// Adds the options to the command; they are written to `given`, which must outlive it.
void add_sla(CLI::App& sla, SlaGiven& given);

// The error names the option, the problem and what is allowed.
tl::expected<SlaOptions, std::string> understand(const SlaGiven& given);

}  // namespace reinfer::app
