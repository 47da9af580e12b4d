#include "routes/page_routes.h"

#include <fmt/format.h>

#include "page/assets.h"
#include "page/page.h"
#include "page/status_text.h"

namespace reinfer {
namespace {

constexpr const char* kHtml = "text/html; charset=utf-8";

HttpReply not_found() {
  return {404, kPlainText, "not found\n", {}};
}

HttpReply page_reply(std::string html) {
  return {200,
          kHtml,
          std::move(html),
          {{"Content-Security-Policy", kPagePolicy}, {"Referrer-Policy", "no-referrer"}}};
}

HttpReply overview(const HttpRequest& request, const Ledgers& ledgers, const Clock& clock,
                   const PageContext& context) {
  const PageFilter filter{request.parameter("q").value_or(""), request.parameter("trouble") == "1"};
  // A reload may come between the two: then the rows are those of a plan that is gone, and we look
  // again.
  for (;;) {
    const Snapshot snapshot = ledgers.snapshot(clock.now());
    const auto rows = rows_of_overview(snapshot, filter);
    if (const auto recents = ledgers.recents(snapshot.plan.get(), rows))
      return page_reply(render_overview(snapshot, rows, *recents, filter, context));
  }
}

struct Remembered {
  Snapshot snapshot;
  TargetHistory of;
};

// Absent if there is no such target.
std::optional<Remembered> remembered(const HttpRequest& request, const Ledgers& ledgers,
                                     const Clock& clock) {
  for (;;) {
    Snapshot snapshot = ledgers.snapshot(clock.now());
    auto history = ledgers.history(request.place.at("tenant"), request.place.at("probe"));
    if (!history) return std::nullopt;
    if (history->plan == snapshot.plan) return Remembered{std::move(snapshot), std::move(*history)};
  }
}

HttpReply evidence(const TargetHistory& of) {
  const Target& target = of.plan->target(of.target);
  return {200,
          "application/json",
          render_evidence(*of.plan, of.target, of.history),
          {{"Content-Disposition", fmt::format("attachment; filename=\"{}-{}-evidence.json\"",
                                               target.tenant_name, target.probe)}}};
}

HttpReply asset(const HttpRequest& request) {
  const Asset* found = find_asset(request.place.at("file"));
  if (found == nullptr) return not_found();
  return {200,
          std::string(found->type),
          std::string(found->content),
          {{"Cache-Control", "public, max-age=31536000, immutable"}}};
}

}  // namespace

Routes page_routes(const std::string& telemetry_path, const Ledgers& ledgers, const Clock& clock) {
  const PageContext context{telemetry_path};
  const auto root = [&ledgers, &clock, context](const HttpRequest& request) {
    if (request.header("Accept").value_or("").find("text/html") != std::string::npos)
      return overview(request, ledgers, clock, context);
    return HttpReply{200,
                     kPlainText,
                     render_status_text(ledgers.snapshot(clock.now()), context.telemetry_path),
                     {}};
  };
  const auto of_target = [&ledgers, &clock, context](const HttpRequest& request) {
    const auto found = remembered(request, ledgers, clock);
    return found ? page_reply(render_target_page(found->snapshot, found->of.target,
                                                 found->of.history, context))
                 : not_found();
  };
  const auto evidence_of = [&ledgers](const HttpRequest& request) {
    const auto history = ledgers.history(request.place.at("tenant"), request.place.at("probe"));
    return history ? evidence(*history) : not_found();
  };
  return {{"GET", "/", RouteAccess::users, root},
          {"GET", "/target/{tenant}/{probe}", RouteAccess::users, of_target},
          {"GET", "/target/{tenant}/{probe}/evidence.json", RouteAccess::users, evidence_of},
          {"GET", "/assets/{file}", RouteAccess::users, asset}};
}

}  // namespace reinfer
