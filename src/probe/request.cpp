#include "probe/request.h"

#include <fmt/format.h>

#include "base/version.h"

namespace reinfer::probe {

const std::string& user_agent() {
  static const std::string agent =
      fmt::format("reinfer_exporter/{} (+https://docs.uipath.com/communications-mining)",
                  base::build_info().version);
  return agent;
}

model::Request make_request(const model::Plan& plan, const model::Target& target,
                            base::Secret bearer, const std::string& request_id) {
  model::Request request;
  request.method = target.method;
  request.url = target.url;
  request.headers.reserve(5);
  request.headers.push_back({"User-Agent", user_agent()});
  request.headers.push_back({"Accept", "application/json"});
  // A cache must not answer in place of the platform.
  request.headers.push_back({"Cache-Control", "no-cache"});
  request.headers.push_back({"x-request-id", request_id});
  if (!target.body.empty()) request.headers.push_back({"Content-Type", "application/json"});
  request.bearer = std::move(bearer);
  request.body = target.body;
  request.deadlines = target.deadlines;
  request.connection = target.connection;
  request.network = plan.tenant(target.tenant).network;
  request.body_bytes_max = target.body_bytes_max;
  return request;
}

model::Request control_request(const model::Control& control) {
  model::Request request;
  request.method = "GET";
  request.url = control.url;
  request.headers = {{"User-Agent", user_agent()}};
  request.deadlines = control.deadlines;
  // The status line is all that matters; a larger body ends the exchange, not the verdict.
  request.body_bytes_max = 64 * 1024;
  return request;
}

}  // namespace reinfer::probe
