// Reads the scrape jobs of a Prometheus configuration that go through a blackbox_exporter: those
// that name a module. Used by the import of such files. Pure functions, any thread. It knows no
// modules and does not judge targets.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/problem.h"
#include "migrate/blackbox_modules.h"
#include "migrate/note.h"

namespace reinfer::migrate {

struct JobTarget {
  std::string url;  // as it is written
  std::string place;
  std::vector<KeyLine> labels;  // the key is the label's name
};

struct ScrapeJob {
  std::string name;
  std::string place;
  std::string module;  // empty: it names none, or in a way that is not known here
  KeyLine interval;    // its own, or the global one, or Prometheus' default
  std::vector<JobTarget> targets;
  Notes notes;
};

// `file` is for places. A problem means that it is not such a file at all.
tl::expected<std::vector<ScrapeJob>, base::Problem> read_scrape_jobs(std::string_view yaml,
                                                                     const std::string& file);

}  // namespace reinfer::migrate
