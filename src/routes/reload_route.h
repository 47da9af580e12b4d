// POST /-/reload: loads the configuration again and reports the result, as the App says it; the
// route only speaks HTTP. It answers when the new plan is in force.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "http/message.h"

namespace reinfer::routes {

struct ReloadReport {
  // Empty: the new configuration is in force. Else it is not, for these reasons.
  std::vector<std::string> problems;
  bool ok() const { return problems.empty(); }
};

// `reload` is called on a thread of the pool; null: the route exists and says how to switch it on.
http::Route reload_route(std::function<ReloadReport()> reload);

}  // namespace reinfer::routes
