#include "config/prove_control.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "base/duration.h"
#include "config/base_url_parts.h"
#include "config/prove_probe.h"
#include "config/url_path.h"

namespace reinfer::config {
namespace {

using namespace std::chrono_literals;

constexpr base::Nanoseconds kIntervalBuiltIn = 30s;
constexpr base::Nanoseconds kTimeoutBuiltIn = 5s;
constexpr base::Nanoseconds kStageTimeout = 5s;
constexpr std::string_view kUrlExample = "https://www.example.com/";

std::string prove_url(const ControlConfig& config, base::ProblemList& problems) {
  static const UrlForm url_form = {{"https", "http"},
                                   "https or http",
                                   std::string(kUrlExample),
                                   "a control is asked without any credentials"};
  if (!config.url.written)
    problems.add(config.place, "control.url",
                 fmt::format("is missing, allowed: a URL such as {}", kUrlExample));
  if (!config.url.value) return "";
  const auto url = parse_url_parts(*config.url.value, url_form);
  std::optional<std::string> fault;
  if (!url) {
    fault = url.error();
  } else if (!url->fragment.empty()) {
    fault = "contains #, a fragment, which is never sent, allowed: the URL without it";
  } else {
    fault = path_fault(url->path);
    if (!fault) fault = character_fault(url->query);
  }
  if (!fault) return url->scheme + "://" + url->authority() + url->path + url->query;
  report(config.url, *fault, problems);
  return "";
}

// False if they are wrong or do not fit together.
bool prove_times(const ControlConfig& config, model::Control& control,
                 base::ProblemList& problems) {
  const bool is_wrong = (config.interval.written && !config.interval.value) ||
                        (config.timeout.written && !config.timeout.value);
  control.interval = config.interval.value.value_or(kIntervalBuiltIn);
  const base::Nanoseconds total = config.timeout.value.value_or(kTimeoutBuiltIn);
  const base::Nanoseconds stage = std::min(total, kStageTimeout);
  control.deadlines = {.total = total, .resolve = stage, .connect = stage, .tls = stage};
  if (is_wrong) return false;
  if (total <= control.interval) return true;
  report(config.timeout,
         fmt::format("is {}, longer than the interval of {}, allowed: at most the interval",
                     base::format_duration(total), base::format_duration(control.interval)),
         problems);
  return false;
}

}  // namespace

std::vector<model::Control> prove_controls(const std::vector<ControlConfig>& controls,
                                           base::ProblemList& problems) {
  std::vector<model::Control> result;
  std::map<std::string, base::Place> places;  // by name
  for (const ControlConfig& config : controls) {
    model::Control control;
    control.name = config.name.value.value_or("");
    if (!config.name.written)
      problems.add(config.place, "control.name", fmt::format("is missing, allowed: {}", kNameForm));
    if (config.name.value) {
      if (!is_name(control.name))
        report(config.name, fmt::format("is {}, allowed: {}", base::quote(control.name), kNameForm),
               problems);
      const auto [first, is_new] = places.emplace(control.name, config.name.place);
      if (!is_new)
        report(config.name,
               fmt::format("is {}, which {} has taken, allowed: another name",
                           base::quote(control.name),
                           problems.line_seen_from(config.name.place, first->second)),
               problems);
    }
    control.url = prove_url(config, problems);
    if (prove_times(config, control, problems)) result.push_back(std::move(control));
  }
  return result;
}

}  // namespace reinfer::config
