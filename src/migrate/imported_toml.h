// Makes a configuration of ours from the modules and scrape jobs of a blackbox_exporter: a tenant
// for each base URL and way to reach it, a probe for each target. Settings that the configuration
// would refuse become a comment with its place. Pure function, any thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "migrate/blackbox_modules.h"
#include "migrate/scrape_jobs.h"

namespace reinfer::migrate {

struct Imported {
  std::string toml;
  std::size_t tenants = 0;  // none: there was nothing to import
  std::size_t probes = 0;
  std::vector<std::string> notes;  // "PLACE: KEY: TEXT.", as they stand at its head
};

// The files' names are for messages. `jobs` are those of `prometheus_file`.
Imported import_jobs(const Modules& modules, const std::vector<ScrapeJob>& jobs,
                     const std::string& blackbox_file, const std::string& prometheus_file);

}  // namespace reinfer::migrate
