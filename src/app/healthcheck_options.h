// The command line of `reinfer_exporter healthcheck`. Used by options.cpp, which owns the whole
// command line. It opens no connection; the command does.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "http/listener.h"

namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
}

namespace reinfer::app {

// The servers to ask, in this order until one answers. Without a path.
struct HealthcheckOptions {
  std::vector<std::string> servers;  // "http://127.0.0.1:9877"
  std::string prefix;                // a path without a slash at its end, or empty
};

// Adds the options to the command; the URL is written to `url`, which must outlive it.
void add_healthcheck(CLI::App& healthcheck, std::string& url);

// `addresses`: those that the exporter was told to serve on, the first counts. They do not say
// whether it serves TLS, so both are tried. `prefix`: of its paths. A URL counts instead of both,
// as it is; "": none was given.
tl::expected<HealthcheckOptions, std::string> understand_healthcheck(
    const std::string& url, const std::vector<http::ListenAddress>& addresses,
    const std::string& prefix);

}  // namespace reinfer::app
