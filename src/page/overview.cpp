#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/duration.h"
#include "base/text.h"
#include "page/day_bars.h"
#include "page/frame.h"
#include "page/icons.h"
#include "page/overview_frame.h"
#include "page/overview_table.h"
#include "page/page.h"

namespace reinfer::page {
namespace {

constexpr std::size_t kTenantsInView = 3;  // with more, those in trouble are listed at the top
constexpr std::size_t kRowsForFilter = 7;
constexpr std::size_t kRowsOpen = 60;  // with more, tenants that are fine are folded
constexpr std::size_t kBeginBytes = 64 * 1024;

bool contains_ignoring_case(const std::string& text, const std::string& part) {
  return base::to_lower(text).find(base::to_lower(part)) != std::string::npos;
}

bool wanted(const model::Target& target, const PageFilter& filter) {
  return filter.text.empty() ||
         contains_ignoring_case(target.tenant_name + "/" + target.probe, filter.text);
}

// The classes of a verdict: its state, and the colour of its fault.
std::string verdict_class(const char* first, const explain::Verdict& verdict) {
  return fmt::format("{} s-{} f-{}", first, to_label(verdict.state), to_label(verdict.fault));
}

}  // namespace

class Overview {
 public:
  Overview(const record::Snapshot& snapshot, const std::vector<model::TargetIndex>& rows,
           const std::vector<record::RecentResults>& recents, const PageFilter& filter,
           const PageContext& context, const std::optional<OverviewHistory>& history)
      : snapshot_(snapshot),
        rows_(rows),
        recents_(recents),
        filter_(filter),
        context_(context),
        history_(history ? &*history : nullptr),
        verdicts_(explain::judge_tenants(snapshot)),
        frame_(overview_frame(verdicts_)) {}

  std::string begin() {
    begin_page(html_, snapshot_, frame_);
    write_summary();
    while (tenant_ < verdicts_.size() && html_.size() < kBeginBytes)
      write_next_tenant();
    return kDoctype + html_.take_so_far();
  }

  std::string rest() {
    while (tenant_ < verdicts_.size())
      write_next_tenant();
    if (rows_.empty()) html_.element("p", {{"class", "quiet"}}, "No probe matches.");
    write_left_out();
    write_foot(html_, snapshot_, frame_, context_);
    return html_.take() + "\n";
  }

 private:
  void write_summary() {
    html_.open("div", {{"class", "summary"}});
    html_.element("h1", headline_of(verdicts_));
    html_.element("p", {{"class", "quiet"}},
                  fmt::format("{}, {}", base::counted(verdicts_.size(), "tenant"),
                              base::counted(snapshot_.targets.size(), "probe")));
    html_.close();
    write_controls();
    if (verdicts_.size() > kTenantsInView) write_troubled();
    if (snapshot_.targets.size() >= kRowsForFilter) write_filter();
  }

  void write_next_tenant() {
    const std::size_t first = row_;
    while (row_ < rows_.size() && tenant_of(row_) == tenant_)
      ++row_;
    if (row_ > first) write_tenant(tenant_, first, row_);
    ++tenant_;
  }

  std::size_t tenant_of(std::size_t row) const {
    return model::to_size(snapshot_.plan->target(rows_[row]).tenant);
  }

  void write_controls() {
    if (snapshot_.controls.empty()) return;
    html_.open("ul", {{"class", "controls"}, {"aria-label", "Control targets"}});
    for (std::size_t i = 0; i < snapshot_.controls.size(); ++i) {
      const auto& reachable = snapshot_.controls[i];
      html_.open("li");
      draw_icon(html_, reachable.value_or(true) ? model::Fault::none : model::Fault::network);
      html_.text(fmt::format("control {} {}", snapshot_.plan->controls()[i].name,
                             !reachable   ? "not asked yet"
                             : *reachable ? "answers"
                                          : "unreachable"));
      html_.close();
    }
    html_.close();
  }

  void write_troubled() {
    if (std::none_of(verdicts_.begin(), verdicts_.end(),
                     [](const auto& verdict) { return explain::is_trouble(verdict.state); }))
      return;
    html_.open("ul", {{"class", "troubled"}, {"id", "troubled"}, {"aria-label", "In trouble"}});
    for (std::size_t i = 0; i < verdicts_.size(); ++i) {
      if (!explain::is_trouble(verdicts_[i].state)) continue;
      const std::string& name = snapshot_.plan->tenants()[i].name;
      html_.open("li", {{"class", verdict_class("line", verdicts_[i])}, {"id", "v-" + name}});
      draw_icon(html_, verdicts_[i].fault);
      html_.open("span");
      html_.element("a", {{"href", "#t-" + name}}, name);
      html_.text(" ");
      write_words(html_, verdicts_[i], snapshot_.taken.wall);
      html_.close().close();
    }
    html_.close();
  }

  void write_filter() {
    html_.open("form", {{"class", "filter"},
                        {"id", "filter"},
                        {"role", "search"},
                        {"method", "get"},
                        {"action", "./"}});
    html_.open("label").open("span").text("Filter").close();
    html_.single("input", {{"type", "search"},
                           {"name", "q"},
                           {"value", filter_.text},
                           {"placeholder", "tenant or probe"},
                           {"autocomplete", "off"}});
    html_.close();
    html_.open("label", {{"class", "check"}});
    html_.single("input", {{"type", "checkbox"},
                           {"name", "trouble"},
                           {"value", "1"},
                           {filter_.trouble_only ? "checked" : "", ""}});
    html_.text("only trouble").close();
    html_.element("button", {{"type", "submit"}}, "Show");
    html_.close();
  }

  void write_tenant(std::size_t index, std::size_t first, std::size_t end) {
    const model::Tenant& tenant = snapshot_.plan->tenants()[index];
    const explain::Verdict& verdict = verdicts_[index];
    html_.open("section", {{"class", verdict_class("tenant", verdict)},
                           {"id", "t-" + tenant.name},
                           {"aria-labelledby", "h-" + tenant.name}});
    html_.open("div", {{"class", "tenant-head"}});
    if (verdict.state == explain::TenantState::waiting)
      draw_state_icon(html_, "waiting");
    else if (verdict.state == explain::TenantState::paused)
      draw_state_icon(html_, "paused");
    else
      draw_icon(html_, verdict.fault);
    html_.open("div");
    html_.element("h2", {{"id", "h-" + tenant.name}}, tenant.name);
    html_.open("p", {{"class", "verdict"},
                     {"data-state", std::string(to_label(verdict.state))},
                     {verdict.proof.empty() ? "" : "title", verdict.proof}});
    write_words(html_, verdict, snapshot_.taken.wall);
    html_.close().close();
    html_.element("span", {{"class", "badge"}}, explain::heading_of(verdict.state));
    html_.close();
    if (history_) write_days(tenant.name);
    const bool folds = snapshot_.targets.size() > kRowsOpen;
    if (folds) {
      const bool open =
          explain::is_trouble(verdict.state) || !filter_.text.empty() || filter_.trouble_only;
      html_.open("details", {{"id", "d-" + tenant.name}, {open ? "open" : "", ""}});
      html_.element("summary", base::counted(end - first, "probe"));
    }
    write_probe_table(html_, snapshot_, std::span(rows_).subspan(first, end - first),
                      std::span(recents_).subspan(first, end - first),
                      history_ ? &history_->past : nullptr);
    write_facts(index);
    if (folds) html_.close();
    html_.close();
  }

  // The last 90 days of a tenant, all its probes together.
  void write_days(const std::string& tenant) {
    const base::WallTime now = snapshot_.taken.wall;
    static const std::vector<history::StretchRow> kNone;
    const auto known = history_->past.days.find(tenant);
    const auto& days = known == history_->past.days.end() ? kNone : known->second;
    std::vector<record::IncidentFacts> incidents;
    for (const record::IncidentFacts& incident : history_->incidents)
      if (incident.tenant == tenant) incidents.push_back(incident);
    history::Availability sum;
    for (const history::StretchRow& day : days)
      sum.add(day.counts);
    const auto watched = std::count_if(
        days.begin(), days.end(),
        [](const history::StretchRow& day) { return day.counts.ratio().has_value(); });
    html_.open("div", {{"class", "tenant-days"}});
    const IncidentsByDay by_day = count_by_day(incidents, now);
    draw_compact_days(html_, days, by_day, now);
    html_.open("div", {{"class", "ends quiet"}});
    html_.open("details", {{"id", "w-" + tenant}});
    html_.element("summary",
                  fmt::format("{} on {} of {} days", percent(sum.ratio()), watched, kDaysShown));
    write_days_in_words(html_, days, by_day, now);
    html_.close();
    if (incidents.empty())
      html_.element("span", "no incident");
    else
      html_.element("a", {{"href", "incidents?tenant=" + base::encode_path_segment(tenant)}},
                    base::counted(incidents.size(), "incident") +
                        (incidents.size() < kIncidentsCountedMax ? "" : " or more"));
    html_.close().close();
  }

  void write_board_link(const std::string& tenant) {
    if (context_.place.grafana_url.empty()) return;
    html_.element("a",
                  {{"href", board_url(context_.place, "reinfer-overview", {{"tenant", tenant}})}},
                  "Grafana");
  }

  void write_facts(std::size_t index) {
    const model::Tenant& tenant = snapshot_.plan->tenants()[index];
    const record::TenantRecord& record = snapshot_.tenants[index];
    html_.open("p", {{"class", "facts quiet"}});
    html_.element("span", {{"class", "url"}}, tenant.base_url);
    if (record.token.accepted)
      html_.element("span", *record.token.accepted ? "token accepted" : "token rejected");
    write_expiry("token", record.token.expiry);
    write_expiry("certificate", record.certificate_expiry);
    write_board_link(tenant.name);
    html_.close();
  }

  void write_expiry(const char* what, const std::optional<base::WallTime>& expiry) {
    if (!expiry) return;
    html_.open("span").text(fmt::format("{} ", what));
    const base::Nanoseconds left = *expiry - snapshot_.taken.wall;
    html_.text(left > base::Nanoseconds::zero()
                   ? fmt::format("valid for {}", base::describe_duration(left))
                   : "expired");
    html_.close();
  }

  void write_left_out() {
    std::size_t matching = 0;
    for (std::size_t i = 0; i < snapshot_.targets.size(); ++i)
      matching += wanted(snapshot_.plan->targets()[i], filter_) &&
                          (!filter_.trouble_only || row_in_trouble(snapshot_, i))
                      ? 1
                      : 0;
    if (matching <= rows_.size()) return;
    html_.element("p", {{"class", "quiet"}},
                  fmt::format("{} more not shown: narrow the filter.",
                              base::counted(matching - rows_.size(), "probe")));
  }

  const record::Snapshot& snapshot_;
  const std::vector<model::TargetIndex>& rows_;
  const std::vector<record::RecentResults>& recents_;
  const PageFilter filter_;
  const PageContext context_;
  const OverviewHistory* history_;
  const std::vector<explain::Verdict> verdicts_;
  const PageFrame frame_;
  Html html_;
  std::size_t tenant_ = 0;  // the next to be written
  std::size_t row_ = 0;     // its first
};

std::vector<model::TargetIndex> rows_of_overview(const record::Snapshot& snapshot,
                                                 const PageFilter& filter) {
  std::vector<model::TargetIndex> trouble;
  std::vector<model::TargetIndex> calm;
  for (std::size_t i = 0; i < snapshot.targets.size(); ++i) {
    if (!wanted(snapshot.plan->targets()[i], filter)) continue;
    (row_in_trouble(snapshot, i) ? trouble : calm).push_back(model::TargetIndex(i));
  }
  if (trouble.size() > kPageRowsMax) trouble.resize(kPageRowsMax);
  if (filter.trouble_only) return trouble;
  calm.resize(std::min(calm.size(), kPageRowsMax - trouble.size()));
  trouble.insert(trouble.end(), calm.begin(), calm.end());
  std::sort(trouble.begin(), trouble.end());
  return trouble;
}

std::string overview_head(const record::Snapshot& snapshot) {
  return page_head(overview_frame(explain::judge_tenants(snapshot)));
}

OverviewPage::OverviewPage(const record::Snapshot& snapshot,
                           const std::vector<model::TargetIndex>& rows,
                           const std::vector<record::RecentResults>& recents,
                           const PageFilter& filter, const PageContext& context,
                           const std::optional<OverviewHistory>& history)
    : overview_(std::make_unique<Overview>(snapshot, rows, recents, filter, context, history)) {}

OverviewPage::~OverviewPage() = default;

std::string OverviewPage::begin() {
  return overview_->begin();
}

std::string OverviewPage::rest() {
  return overview_->rest();
}

std::string render_overview(const record::Snapshot& snapshot,
                            const std::vector<model::TargetIndex>& rows,
                            const std::vector<record::RecentResults>& recents,
                            const PageFilter& filter, const PageContext& context,
                            const std::optional<OverviewHistory>& history) {
  OverviewPage page(snapshot, rows, recents, filter, context, history);
  std::string text = page.begin();
  return text += page.rest();
}

}  // namespace reinfer::page
