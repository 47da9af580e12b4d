#include "routes/page_routes.h"

#include <fmt/format.h>

#include "page/assets.h"
#include "page/page.h"
#include "page/status_text.h"
#include "routes/history_routes.h"
#include "routes/page_reply.h"

namespace reinfer::routes {
namespace {

http::HttpReply overview(const http::HttpRequest& request, const record::Ledgers& ledgers,
                         const base::Clock& clock, const page::PageContext& context) {
  const page::PageFilter filter{request.parameter("q").value_or(""),
                                request.parameter("trouble") == "1"};
  // A reload may come between the two: then the rows are those of a plan that is gone, and we look
  // again.
  for (;;) {
    const record::Snapshot snapshot = ledgers.snapshot(clock.now());
    const auto rows = page::rows_of_overview(snapshot, filter);
    if (const auto recents = ledgers.recents(snapshot.plan.get(), rows))
      return page_reply(page::render_overview(snapshot, rows, *recents, filter, context));
  }
}

struct Remembered {
  record::Snapshot snapshot;
  record::TargetEvidence of;
};

// Absent if there is no such target.
std::optional<Remembered> remembered(const http::HttpRequest& request,
                                     const record::Ledgers& ledgers, const base::Clock& clock) {
  for (;;) {
    record::Snapshot snapshot = ledgers.snapshot(clock.now());
    auto kept = ledgers.evidence(request.place.at("tenant"), request.place.at("probe"));
    if (!kept) return std::nullopt;
    if (kept->plan == snapshot.plan) return Remembered{std::move(snapshot), std::move(*kept)};
  }
}

http::HttpReply evidence(const record::TargetEvidence& of) {
  const model::Target& target = of.plan->target(of.target);
  return {200,
          "application/json",
          page::render_evidence(*of.plan, of.target, of.evidence),
          {{"Content-Disposition", fmt::format("attachment; filename=\"{}-{}-evidence.json\"",
                                               target.tenant_name, target.probe)}}};
}

http::HttpReply asset(const http::HttpRequest& request) {
  const page::Asset* found = page::find_asset(request.place.at("file"));
  if (found == nullptr) return not_found();
  return {200,
          std::string(found->type),
          std::string(found->content),
          {{"Cache-Control", "public, max-age=31536000, immutable"}}};
}

}  // namespace

http::Routes page_routes(const std::string& telemetry_path, const record::Ledgers& ledgers,
                         const base::Clock& clock, history::History* history) {
  const page::PageContext context{telemetry_path, history != nullptr};
  const auto root = [&ledgers, &clock, context](const http::HttpRequest& request) {
    if (request.header("Accept").value_or("").find("text/html") != std::string::npos)
      return overview(request, ledgers, clock, context);
    return http::HttpReply{
        200,
        http::kPlainText,
        page::render_status_text(ledgers.snapshot(clock.now()), context.telemetry_path),
        {}};
  };
  const auto of_target = [&ledgers, &clock, history, context](const http::HttpRequest& request) {
    const auto found = remembered(request, ledgers, clock);
    if (!found) return not_found();
    std::optional<page::TargetHistory> past;
    if (history != nullptr)
      past = history_of(*history, request.place.at("tenant"), request.place.at("probe"),
                        found->snapshot.taken.wall);
    return page_reply(page::render_target_page(found->snapshot, found->of.target,
                                               found->of.evidence, context, past));
  };
  const auto evidence_of = [&ledgers](const http::HttpRequest& request) {
    const auto kept = ledgers.evidence(request.place.at("tenant"), request.place.at("probe"));
    return kept ? evidence(*kept) : not_found();
  };
  return {{"GET", "/", http::RouteAccess::users, root},
          {"GET", "/target/{tenant}/{probe}", http::RouteAccess::users, of_target},
          {"GET", "/target/{tenant}/{probe}/evidence.json", http::RouteAccess::users, evidence_of},
          {"GET", "/assets/{file}", http::RouteAccess::users, asset}};
}

}  // namespace reinfer::routes
