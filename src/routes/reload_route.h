// POST /-/reload: has the configuration loaded anew and tells what came of it. What that means is
// the App's to say; this only speaks HTTP. Answers when the new plan is in force.
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
