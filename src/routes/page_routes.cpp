#include "routes/page_routes.h"

#include <fmt/format.h>

#include "page/assets.h"
#include "page/page.h"
#include "page/status_text.h"
#include "routes/history_routes.h"
#include "routes/page_reply.h"

namespace reinfer::routes {
namespace {

// The overview: its head at once, the rest once the history has answered, in two parts.
class OverviewBody final : public http::BodySource {
 public:
  OverviewBody(page::PageFilter filter, const record::Ledgers& ledgers, const base::Clock& clock,
               history::History* history, const page::PageContext& context)
      : filter_(std::move(filter)),
        ledgers_(ledgers),
        clock_(clock),
        history_(history),
        context_(context),
        snapshot_(ledgers.snapshot(clock.now())) {}

  std::string_view next() override {
    switch (pieces_++) {
      case 0:
        return text_ = page::overview_head(snapshot_);
      case 1:
        prepare();
        text_ = page_->begin();
        return std::string_view(text_).substr(text_.find(kHeadEnd) + kHeadEnd.size());
      case 2:
        return text_ = page_->rest();
      default:
        return {};
    }
  }
  bool done() const override { return pieces_ > 2; }

 private:
  static constexpr std::string_view kHeadEnd = "</head>";

  // A reload may come since the head: then the rows are those of a plan that is gone, and we look
  // again.
  void prepare() {
    for (;;) {
      rows_ = page::rows_of_overview(snapshot_, filter_);
      recents_ = ledgers_.recents(snapshot_.plan.get(), rows_);
      if (recents_) break;
      snapshot_ = ledgers_.snapshot(clock_.now());
    }
    if (history_ != nullptr)
      past_ = history_of_all(*history_, *snapshot_.plan, snapshot_.taken.wall);
    page_.emplace(snapshot_, rows_, *recents_, filter_, context_, past_);
  }

  const page::PageFilter filter_;
  const record::Ledgers& ledgers_;
  const base::Clock& clock_;
  history::History* const history_;
  const page::PageContext context_;
  record::Snapshot snapshot_;
  std::vector<model::TargetIndex> rows_;
  std::optional<std::vector<record::RecentResults>> recents_;
  std::optional<page::OverviewHistory> past_;
  std::optional<page::OverviewPage> page_;
  std::string text_;
  int pieces_ = 0;
};

http::HttpReply overview(const http::HttpRequest& request, const record::Ledgers& ledgers,
                         const base::Clock& clock, history::History* history,
                         const page::PageContext& context) {
  http::HttpReply reply = page_reply({});
  reply.source = std::make_unique<OverviewBody>(
      page::PageFilter{request.parameter("q").value_or(""), request.parameter("trouble") == "1"},
      ledgers, clock, history, context);
  reply.piece_by_piece = true;
  return reply;
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

// From the history what is older than it takes to write it down, and the rest from the ledger.
std::optional<page::RangeFigures> figures_of(const page::Range& range, const Remembered& found,
                                             history::History* history) {
  const model::Target& target = found.of.plan->target(found.of.target);
  const base::Instant now = found.snapshot.taken;
  if (history != nullptr && range.availability >= history::kQuarter)
    if (auto figures = range_of_history(*history, target, range, now.wall)) return figures;
  if (!range.recent) return std::nullopt;
  return page::figures_from_recent(range, found.of.evidence.recent(), target.interval, now);
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

http::Routes page_routes(const std::string& telemetry_path, const page::WebPlace& place,
                         const record::Ledgers& ledgers, const base::Clock& clock,
                         history::History* history) {
  const page::PageContext context{telemetry_path, history != nullptr, place};
  const auto root = [&ledgers, &clock, history, context](const http::HttpRequest& request) {
    if (wants_page(request)) return overview(request, ledgers, clock, history, context);
    return http::HttpReply{
        200,
        http::kPlainText,
        page::render_status_text(ledgers.snapshot(clock.now()),
                                 context.place.route_prefix + context.telemetry_path),
        {}};
  };
  const auto of_target = [&ledgers, &clock, history, context](const http::HttpRequest& request) {
    const auto found = remembered(request, ledgers, clock);
    if (!found) {
      const record::Snapshot snapshot = ledgers.snapshot(clock.now());
      return dead_end_reply(404, request, snapshot,
                            page::unknown_target(*snapshot.plan, request.place.at("tenant"),
                                                 request.place.at("probe")),
                            context);
    }
    std::optional<page::RangeFigures> figures;
    if (const auto name = request.parameter("range")) {
      const page::Range* range = page::range_of(*name, history != nullptr);
      if (range == nullptr)
        return dead_end_reply(400, request, found->snapshot,
                              page::unknown_range(found->of.plan->target(found->of.target), *name,
                                                  history != nullptr),
                              context);
      figures = figures_of(*range, *found, history);
      if (!figures) return unavailable();
    }
    std::optional<page::TargetHistory> past;
    if (history != nullptr)
      past = history_of(*history, request.place.at("tenant"), request.place.at("probe"),
                        found->snapshot.taken.wall);
    return page_reply(page::render_target_page(found->snapshot, found->of.target,
                                               found->of.evidence, context, past, figures));
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
