#include "routes/probe_route.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "explain/curl_line.h"
#include "explain/probe_report.h"
#include "metrics/metrics.h"
#include "record/tally.h"
#include "terminal/probe_card.h"

namespace reinfer::routes {
namespace {

using namespace std::chrono_literals;

// The time that a scrape takes in addition to the probe, as in peers.
constexpr base::Nanoseconds kScrapeAllowance = 500ms;
constexpr base::Nanoseconds kTimeMax = 4min;
constexpr const char* kTimeoutHeader = "X-Prometheus-Scrape-Timeout-Seconds";

http::HttpReply refuse(int status, std::string why) {
  return {status, http::kPlainText, std::move(why) + "\n", {}};
}

// The query's error, if any.
std::optional<std::string> query_fault(const http::HttpRequest& request) {
  for (const auto& [name, value] : request.query) {
    if (name != "tenant" && name != "probe" && name != "debug")
      return fmt::format("there is no such parameter (allowed: tenant, probe and debug)");
    if (request.query.count(name) > 1) return fmt::format("{} is given twice", name);
    if (value.empty()) return fmt::format("{} is empty", name);
    if (name == "debug" && value != "true" && value != "false")
      return "debug is neither true nor false";
  }
  if (!request.parameter("tenant") || !request.parameter("probe"))
    return "tenant and probe name the target (/probe?tenant=NAME&probe=NAME)";
  return std::nullopt;
}

int status_of(model::Refusal refusal) {
  switch (refusal) {
    case model::Refusal::unknown_target:
      return 404;
    case model::Refusal::throttled:
    case model::Refusal::budget:
      return 429;
    case model::Refusal::credentials:
    case model::Refusal::limit:
    case model::Refusal::stopping:
    case model::Refusal::given_up:
      break;
  }
  return 503;
}

http::HttpReply refuse(model::Refusal refusal) {
  return refuse(status_of(refusal), std::string(model::describe(refusal)));
}

std::string metrics_of(const model::OnDemandResult& ended, metrics::Format format) {
  record::ExporterRecord nobodys;
  record::TargetRecord record =
      record::empty_record(ended.plan->target(ended.result.target), ended.result.started.wall);
  record::tally(ended.result, record, nobodys);
  return metrics::render_target_metrics(*ended.plan, ended.result.target, record, format);
}

std::string debug_text(const model::OnDemandResult& ended) {
  return fmt::format(
      "{}\n\nWhat happened:\n{}\n\nAgain by hand:\n{}\n\nMetrics:\n{}",
      terminal::render_headline(*ended.plan, ended.result, terminal::TerminalStyle{}),
      explain::to_evidence_json(*ended.plan, ended.result),
      explain::to_curl_line(*ended.plan, ended.result), metrics_of(ended, metrics::Format::text));
}

}  // namespace

std::optional<base::Nanoseconds> time_for_scrape(std::string_view header) {
  double seconds = 0;
  const auto [stop, error] = std::from_chars(header.data(), header.data() + header.size(), seconds);
  if (error != std::errc{} || stop != header.data() + header.size()) return std::nullopt;
  if (!std::isfinite(seconds) || seconds <= 0) return std::nullopt;
  const base::Nanoseconds all = base::from_seconds(seconds, kTimeMax);
  // Of very little time, half is for the probe.
  return std::max(all - kScrapeAllowance, all / 2);
}

http::Route probe_route(TargetKnown known, ProbeNow probe_now, http::RateLimit& rate) {
  const auto answer = [known = std::move(known), probe_now = std::move(probe_now),
                       &rate](const http::HttpRequest& request) {
    if (const auto fault = query_fault(request)) return refuse(400, *fault);
    std::optional<base::Nanoseconds> time_max = kTimeMax;
    if (const auto header = request.header(kTimeoutHeader)) time_max = time_for_scrape(*header);
    if (!time_max) return refuse(400, fmt::format("{} is not a number of seconds", kTimeoutHeader));
    const std::string tenant = *request.parameter("tenant");
    const std::string probe = *request.parameter("probe");
    // Before the rate: a misspelt name in one job must not cost another its probes.
    if (!known(tenant, probe)) return refuse(model::Refusal::unknown_target);
    if (const auto wait = rate.take(base::mono_now())) {
      http::HttpReply reply = refuse(429, "too many probes are asked for (--web.probe-rate)");
      const auto seconds = std::chrono::ceil<std::chrono::seconds>(*wait).count();
      reply.headers.push_back({"Retry-After", std::to_string(seconds)});
      return reply;
    }
    const model::OnDemandAnswer ended = probe_now(tenant, probe, *time_max, request.left);
    if (!ended) return refuse(ended.error());
    if (request.parameter("debug") == "true")
      return http::HttpReply{200, http::kPlainText, debug_text(*ended), {}};
    const metrics::ChosenFormat chosen = metrics::choose_format(request.headers_joined("Accept"));
    return http::HttpReply{
        200, chosen.content_type, metrics_of(*ended, chosen.format), {{"Vary", "Accept"}}};
  };
  return {"GET", "/probe", http::RouteAccess::users, answer};
}

}  // namespace reinfer::routes
