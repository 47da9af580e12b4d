#include "config/custom_request.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "config/url_path.h"

namespace reinfer::config {
namespace {

using namespace std::chrono_literals;

struct Refusal {
  std::string_view end;
  std::string_view reason;
};

constexpr std::array kRefused = {
    Refusal{"/sync", "it writes comments, which is billed"},
    Refusal{"/sync-raw-emails", "it writes comments, which is billed"},
    Refusal{"/sync-annotations", "it writes annotations"},
    Refusal{"/advance", "it moves a stream's cursor, so that the stream's consumer loses data"},
    Refusal{"/reset", "it moves a stream's cursor, so that the stream's consumer repeats data"},
    Refusal{"/exceptions", "it writes exceptions into a stream"},
    Refusal{"/export", "it is heavy and reads customers' data"},
    Refusal{"/fetch", "it reads customers' data; use = \"stream_results\" takes one result"},
    Refusal{"/predict-extractions", "it runs a generative model, which is slow and costly"},
    Refusal{"/refresh-user-permissions", "it changes the permissions that the server remembers"},
    Refusal{"/v1/users", "it reads personal data of all users"},
    Refusal{"/_private/users", "it reads personal data of all users"},
    Refusal{"/audit_events/query", "it needs a wide permission and reads personal data"},
};

struct Paid {
  std::string_view end;
  RequestRules rules;
};

constexpr std::array kPaid = {
    Paid{"/predict", {.interval_min = 5min, .needs_accept_cost = true}},
    Paid{"/predict-raw-emails", {.interval_min = 5min, .needs_accept_cost = true}},
    Paid{"/predict-comments", {.interval_min = 60s, .needs_accept_cost = true}},
};

constexpr std::array<std::string_view, 2> kReadingPosts = {"/statistics", "/query"};

}  // namespace

tl::expected<RequestRules, std::string> judge_request(std::string_view method,
                                                      std::string_view path) {
  const std::string decoded = base::to_lower(percent_decoded(path.substr(0, path.find('?'))));
  const std::string_view route(decoded.data(), decoded.find_last_not_of('/') + 1);
  for (const Refusal& refusal : kRefused)
    if (route.ends_with(refusal.end))
      return tl::unexpected(
          fmt::format("ends in {}, which no probe may request: {}", refusal.end, refusal.reason));
  for (const Paid& paid : kPaid)
    if (route.ends_with(paid.end)) return paid.rules;
  if (method == "GET") return RequestRules{};
  for (const std::string_view end : kReadingPosts)
    if (route.ends_with(end)) return RequestRules{};
  return tl::unexpected(std::string(
      "may change something on the server when it is posted to, and a probe must not, allowed "
      "with POST: paths that end in /statistics, /query, /predict, /predict-raw-emails or "
      "/predict-comments"));
}

}  // namespace reinfer::config
