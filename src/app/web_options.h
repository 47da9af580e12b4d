// The options that say where the exporter and its boards are on the web: --web.external-url,
// --web.route-prefix, --web.grafana-url. Used by options.cpp, which owns the whole command line. It
// opens nothing.
#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "page/web_place.h"

namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
}

namespace reinfer::app {

// As they were given; empty or absent if not.
struct WebPlaceGiven {
  std::string external_url;
  std::optional<std::string> route_prefix;
  std::string grafana_url;
};

// Adds the options; what is given is written to `given`, which must outlive the command line.
void add_web_place(CLI::App& cli, WebPlaceGiven& given);

// The prefix is that of the external URL unless it is given. The error is a message.
tl::expected<page::WebPlace, std::string> understand_web_place(const WebPlaceGiven& given);

}  // namespace reinfer::app
