#include "routes/history_routes.h"

#include <fmt/format.h>

#include <charconv>
#include <iterator>
#include <tl/expected.hpp>

#include "api/documents.h"
#include "api/query.h"
#include "explain/error_budget.h"
#include "explain/ticket.h"
#include "page/day_bars.h"
#include "page/incidents.h"
#include "routes/page_reply.h"

namespace reinfer::routes {
namespace {

constexpr const char* kMarkdown = "text/markdown; charset=utf-8";
constexpr std::size_t kIncidentsOfPage = 100;
constexpr std::size_t kEvidenceMax = 200;

// Everything that answers from the history.
class HistoryPages {
 public:
  HistoryPages(const record::Ledgers& ledgers, const base::Clock& clock, history::History& history,
               const page::PageContext& context)
      : ledgers_(ledgers), clock_(clock), history_(history), context_(context) {}

  http::HttpReply list(const http::HttpRequest& request) const {
    const record::Snapshot snapshot = ledgers_.snapshot(clock_.now());
    history::IncidentQuery query;
    if (const auto cursor = request.parameter("cursor")) query.after = api::parse_cursor(*cursor);
    query.tenant = request.parameter("tenant");
    query.limit = kIncidentsOfPage + 1;
    auto incidents = history_.ask([&](history::Archive& a) { return a.incidents(query); });
    if (!incidents) return unavailable();
    std::optional<std::string> next;
    if (incidents->size() > kIncidentsOfPage) {
      incidents->pop_back();
      next = api::cursor_of(incidents->back());
    }
    return page_reply(
        page::render_incidents(snapshot, *incidents, query.tenant.value_or(""), next, context_));
  }

  struct Found {
    record::Snapshot snapshot;
    record::IncidentFacts incident;
    std::vector<model::ProbeResult> evidence;
  };

  enum class Missing : std::uint8_t { unknown, unreadable };

  tl::expected<Found, Missing> find(const http::HttpRequest& request) const {
    const std::string& text = request.place.at("id");
    std::int64_t id = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), id);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size())
      return tl::unexpected(Missing::unknown);
    auto incident = history_.ask([&](history::Archive& a) { return a.incident(id); });
    if (!incident) return tl::unexpected(Missing::unreadable);
    if (!*incident) return tl::unexpected(Missing::unknown);
    const record::IncidentFacts& facts = **incident;
    const base::Instant now = clock_.now();
    auto evidence = history_.ask([&](history::Archive& a) {
      return a.evidence(facts.tenant, facts.probe, facts.since, facts.recovered.value_or(now.wall),
                        kEvidenceMax, now);
    });
    return Found{ledgers_.snapshot(now), facts,
                 evidence ? std::move(*evidence) : std::vector<model::ProbeResult>()};
  }

  // By hours, or by days where the hours are gone.
  std::optional<page::IncidentLatencies> latencies_around(const record::IncidentFacts& incident,
                                                          base::WallTime now) const {
    const std::chrono::seconds width =
        now - incident.since > history::kFineKept - history::kDay ? history::kDay : history::kHour;
    const page::LatencySpan span = page::around(incident, width, now);
    const auto rows = history_.ask([&](history::Archive& a) {
      return a.latencies(incident.tenant, incident.probe, width, span.begin, span.end);
    });
    if (!rows) return std::nullopt;
    return page::split_latencies(incident, width, *rows, now);
  }

  http::HttpReply one(const http::HttpRequest& request) const {
    const auto found = find(request);
    if (!found && found.error() == Missing::unreadable) return unavailable();
    if (!found)
      return dead_end_reply(404, request, ledgers_.snapshot(clock_.now()),
                            page::unknown_incident(request.place.at("id")), context_);
    return page_reply(page::render_incident(
        found->snapshot, found->incident, found->evidence,
        latencies_around(found->incident, found->snapshot.taken.wall), context_));
  }

  http::HttpReply ticket(const http::HttpRequest& request, explain::TicketFormat format) const {
    const auto found = find(request);
    if (!found) return found.error() == Missing::unreadable ? unavailable() : not_found();
    const bool markdown = format == explain::TicketFormat::markdown;
    return {200,
            markdown ? kMarkdown : http::kPlainText,
            explain::incident_ticket({found->incident, found->evidence, found->snapshot.plan.get(),
                                      found->snapshot.taken.wall},
                                     format),
            {{"Content-Disposition", fmt::format("attachment; filename=\"incident-{}.{}\"",
                                                 found->incident.id, markdown ? "md" : "txt")}}};
  }

  http::HttpReply api_list(const http::HttpRequest& request) const {
    const api::IncidentsOf ask = [this](const history::IncidentQuery& query) {
      return history_.ask([&](history::Archive& a) { return a.incidents(query); });
    };
    return reply_of(api::api_incidents(ledgers_.snapshot(clock_.now()), ask, request.query));
  }

  http::HttpReply api_one(const http::HttpRequest& request) const {
    const auto found = find(request);
    if (!found && found.error() == Missing::unreadable)
      return reply_of(tl::unexpected(api::history_unavailable()));
    if (!found)
      return reply_of(tl::unexpected(
          api::ApiError{404, "not_found", "the history knows no incident of that number"}));
    return reply_of(
        api::api_incident(found->snapshot, found->incident, found->evidence, request.query));
  }

 private:
  static http::HttpReply reply_of(tl::expected<std::string, api::ApiError> document) {
    if (document) return {200, api::kApiType, std::move(*document), {}};
    return {document.error().http_status, api::kApiType, api::to_json(document.error()), {}};
  }

  const record::Ledgers& ledgers_;
  const base::Clock& clock_;
  history::History& history_;
  const page::PageContext context_;
};

}  // namespace

std::optional<page::TargetHistory> history_of(history::History& history, const std::string& tenant,
                                              const std::string& probe, base::WallTime now) {
  history::IncidentQuery query;
  query.tenant = tenant;
  query.probe = probe;
  query.limit = page::kIncidentsCountedMax;
  auto days = history.ask([&](history::Archive& a) {
    return a.availability({tenant, probe}, history::kDay,
                          now - history::kDay * (page::kDaysShown - 1), now);
  });
  auto incidents = history.ask([&](history::Archive& a) { return a.incidents(query); });
  auto latencies = history.ask([&](history::Archive& a) {
    return a.latencies(tenant, probe, history::kDay,
                       now - explain::kBudgetWindow + base::Nanoseconds(history::kDay), now);
  });
  const auto first =
      history.ask([&](history::Archive& a) { return a.first_result(tenant, probe); });
  if (!days || !incidents || !latencies || !first) return std::nullopt;
  return page::TargetHistory{std::move(*days), std::move(*latencies), *first,
                             std::move(*incidents)};
}

std::optional<page::OverviewHistory> history_of_all(history::History& history,
                                                    const model::Plan& plan, base::WallTime now) {
  const base::WallTime from = page::last_days(now).begin;
  auto past =
      history.overview(from, now - explain::kBudgetWindow + base::Nanoseconds(history::kDay), now);
  history::IncidentQuery query;
  query.since = from;
  query.limit = page::kIncidentsCountedMax;
  auto incidents = history.ask([&](history::Archive& a) { return a.incidents(query); });
  if (!past || !incidents) return std::nullopt;
  page::OverviewHistory found{std::move(*past), std::move(*incidents)};
  if (found.incidents.size() < query.limit) return found;
  // One tenant with very many must not hide those of another.
  found.incidents.clear();
  for (const model::Tenant& tenant : plan.tenants()) {
    query.tenant = tenant.name;
    incidents = history.ask([&](history::Archive& a) { return a.incidents(query); });
    if (!incidents) return std::nullopt;
    std::move(incidents->begin(), incidents->end(), std::back_inserter(found.incidents));
  }
  return found;
}

std::optional<page::RangeFigures> range_of_history(history::History& history,
                                                   const model::Target& target,
                                                   const page::Range& range, base::WallTime now) {
  const auto availability = history.ask([&](history::Archive& a) {
    return a.availability({target.tenant_name, target.probe}, range.availability_rows(),
                          page::first_of_range(range, range.availability, now), now);
  });
  const auto latencies = history.ask([&](history::Archive& a) {
    return a.latencies(target.tenant_name, target.probe, range.latency_rows(),
                       page::first_of_range(range, range.latency, now), now);
  });
  if (!availability || !latencies) return std::nullopt;
  return page::figures_from_history(range, *availability, *latencies, now);
}

http::Routes history_routes(const record::Ledgers& ledgers, const base::Clock& clock,
                            history::History& history, const page::PageContext& context) {
  const HistoryPages pages(ledgers, clock, history, context);
  using Answer = std::function<http::HttpReply(const http::HttpRequest&)>;
  const auto route = [](const char* path, Answer answer) {
    return http::Route{"GET", path, http::RouteAccess::users, std::move(answer)};
  };
  return {
      route("/incidents", [pages](const auto& request) { return pages.list(request); }),
      route("/incidents/{id}", [pages](const auto& request) { return pages.one(request); }),
      route("/incidents/{id}/ticket.md",
            [pages](const auto& request) {
              return pages.ticket(request, explain::TicketFormat::markdown);
            }),
      route("/incidents/{id}/ticket.txt",
            [pages](const auto& request) {
              return pages.ticket(request, explain::TicketFormat::text);
            }),
      route("/api/v1/incidents", [pages](const auto& request) { return pages.api_list(request); }),
      route("/api/v1/incidents/{id}",
            [pages](const auto& request) { return pages.api_one(request); }),
  };
}

}  // namespace reinfer::routes
