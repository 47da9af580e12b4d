// Rules for probes outside the catalogue. A probe must change nothing, read as little as possible
// and cost nothing without consent; these rules refuse requests known to do otherwise. They cannot
// know every route of a server. Pure function, any thread.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "base/clock.h"

namespace reinfer::config {

struct RequestRules {
  base::Nanoseconds interval_min{};  // zero: no limit of its own
  bool needs_accept_cost = false;    // it is billed, or may be
};

// The limits of a request with this method ("GET" or "POST") and path (with its query); the error
// is the reason for a refusal.
tl::expected<RequestRules, std::string> judge_request(std::string_view method,
                                                      std::string_view path);

}  // namespace reinfer::config
