// Which requests outside the catalogue a probe may make. A probe changes nothing, reads as little
// as possible and costs nothing unless somebody said so; these rules refuse what is known to do
// otherwise. They cannot know a server's every route. Pure function, any thread.
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

// The rules for a request with this method ("GET" or "POST") and path (with its query); the error
// says why it is refused.
tl::expected<RequestRules, std::string> judge_request(std::string_view method,
                                                      std::string_view path);

}  // namespace reinfer::config
