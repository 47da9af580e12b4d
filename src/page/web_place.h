// Where this exporter and its boards are on the web, as the command line says, and links to them
// and to the runbooks. Used by the pages and the routes. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/outcome.h"

namespace reinfer::page {

// Without a slash at the end, each; "" where it is not known or not there.
struct WebPlace {
  std::string external_url;  // under which people reach the exporter
  std::string route_prefix;  // "/reinfer", before the path of every route
  std::string grafana_url;
};

inline constexpr const char* kRunbooks =
    "https://github.com/reinfer/reinfer_exporter/blob/main/dashboards/runbooks/reinfer_exporter.md";

// "https://grafana.example.com/d/reinfer-overview?var-tenant=acme". REQUIRES: there is a Grafana.
std::string board_url(const WebPlace& place, std::string_view board,
                      const std::vector<std::pair<std::string, std::string>>& variables);

// The chapter of the runbooks that an outcome leads to.
std::string runbook_url(model::Outcome outcome);

}  // namespace reinfer::page
