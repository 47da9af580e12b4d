// GET /probe?tenant=...&probe=...: runs one configured target now and returns its metrics, after
// Prometheus' multi-target pattern. Names of the configuration only, never a URL: whoever may
// scrape must not be able to send the tenant's token anywhere. Each answer occupies a thread of the
// pool for as long as the probe takes, so the rate is limited.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "http/message.h"
#include "http/rate_limit.h"
#include "model/on_demand_answer.h"

namespace reinfer::routes {

// Probes and waits for the result, at most about `time_max`, or until `given_up` is asked to stop.
using ProbeNow =
    std::function<model::OnDemandAnswer(const std::string& tenant, const std::string& probe,
                                        base::Nanoseconds time_max, std::stop_token given_up)>;

// Whether there is such a target; cheap, since anybody may ask with any names.
using TargetKnown = std::function<bool(const std::string& tenant, const std::string& probe)>;

// Only targets that are known count against `rate`, which outlives the route.
http::Route probe_route(TargetKnown known, ProbeNow probe_now, http::RateLimit& rate);

// How long a probe may take for a scraper that waits `header` seconds, as it says in
// X-Prometheus-Scrape-Timeout-Seconds; nullopt if that is no number of seconds.
std::optional<base::Nanoseconds> time_for_scrape(std::string_view header);

}  // namespace reinfer::routes
