#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/duration.h"
#include "base/text.h"
#include "explain/outcome_words.h"
#include "explain/probe_report.h"
#include "page/charts.h"
#include "page/frame.h"
#include "page/page.h"

namespace reinfer::page {
namespace {

constexpr std::size_t kWaterfalls = 10;
constexpr const char* kRoot = "../../";

std::string evidence_id(const model::ProbeResult& result) {
  return fmt::format("e-{}", result.started.wall.time_since_epoch().count());
}

// Of the good ones, so that a timeout does not flatten them; of all if there is no good one. 0 if
// nothing was measured.
double longest_of(const std::vector<record::RecentSample>& samples) {
  double good = 0;
  double all = 0;
  for (const record::RecentSample& sample : samples) {
    const double total = split_of(sample).total();
    all = std::max(all, total);
    if (sample.outcome == model::Outcome::ok) good = std::max(good, total);
  }
  return good > 0 ? good : all;
}

class TargetPage {
 public:
  TargetPage(Html& html, const record::Snapshot& snapshot, model::TargetIndex index,
             const record::Evidence& evidence)
      : html_(html),
        snapshot_(snapshot),
        target_(snapshot.plan->target(index)),
        record_(snapshot.targets.at(model::to_size(index))),
        standing_(explain::status_of(snapshot, model::to_size(index))),
        verdict_(explain::judge_tenants(snapshot).at(model::to_size(target_.tenant))),
        evidence_(evidence),
        samples_(evidence.recent().samples()) {}

  PageFrame frame() const {
    PageFrame frame;
    frame.title = fmt::format("{}/{} {} \xc2\xb7 reinfer_exporter", target_.tenant_name,
                              target_.probe, to_label(standing_.state));
    frame.root = kRoot;
    frame.trouble = standing_.state == explain::ProbeState::failing;
    return frame;
  }

  void write() {
    write_title();
    write_figures();
    write_day();
    write_latencies();
    write_waterfalls();
    write_evidence();
  }

 private:
  base::WallTime now() const { return snapshot_.taken.wall; }
  base::WallTime moment(base::MonoTime t) const { return explain::wall_of(t, snapshot_.taken); }

  void write_title() {
    html_.open("nav", {{"aria-label", "You are here"}, {"class", "crumbs"}});
    html_.element("a", {{"href", kRoot}}, "All tenants");
    html_.text(" / ");
    html_.element("a", {{"href", kRoot + std::string("#t-") + target_.tenant_name}},
                  target_.tenant_name);
    html_.close();
    html_.open("div", {{"class", "summary"}});
    html_.element("h1", target_.probe);
    html_.open("p", {{"class", "state probe-state"}});
    write_state(html_, standing_, now());
    html_.close().close();
    html_.open("p", {{"class", "verdict tenant-verdict"},
                     {"data-state", std::string(to_label(verdict_.state))}});
    html_.element("b", target_.tenant_name).text(": ");
    write_words(html_, verdict_, now());
    html_.close();
    if (record_.last && record_.last->outcome != model::Outcome::ok)
      write_advice(record_.last->outcome);
    html_.open("p", {{"class", "facts quiet"}});
    html_.element("span", {{"class", "url"}}, target_.method + " " + target_.url);
    html_.element("span", "every " + base::describe_duration(target_.interval));
    html_.element("span", "gives up after " + base::describe_duration(target_.deadlines.total));
    html_.element("span", target_.connection == model::ConnectionMode::fresh
                              ? "a new connection each time"
                              : "reuses its connection");
    html_.close();
  }

  // What the last outcome means, and what to do about it.
  void write_advice(model::Outcome outcome) {
    const explain::OutcomeWords& words = explain::words_of(outcome);
    html_.open("div", {{"class", fmt::format("advice f-{}", to_label(model::fault_of(outcome)))}});
    html_.open("p").element("code", to_label(outcome)).text(" ").text(words.what).close();
    html_.open("p").element("b", "Next: ").text(words.next_step).close();
    html_.close();
  }

  void figure(const char* name, const std::string& value, const std::string& more) {
    html_.open("div").element("dt", name).open("dd");
    html_.element("b", value);
    html_.element("span", {{"class", "quiet"}}, more);
    html_.close().close();
  }

  void write_figures() {
    const record::RecentResults& recent = evidence_.recent();
    const base::MonoTime mono = snapshot_.taken.mono;
    const auto availability = [&](const char* name, const record::AvailabilitySum& sum) {
      std::string more = fmt::format("{} of {} good", sum.good, sum.good + sum.bad);
      if (sum.excluded > 0) more += fmt::format(", {} not counted", sum.excluded);
      if (sum.missed > 0) more += ", " + base::counted(sum.missed, "slot") + " missed";
      figure(name, percent(sum.ratio()), more);
    };
    html_.open("dl", {{"class", "figures"}});
    availability("Available, hour", recent.over_hour(mono));
    availability("Available, day", recent.over_day(mono));
    figure("Slots probed", fmt::format("{}", record_.results()),
           record_.skips() == 0 ? std::string("none skipped")
                                : fmt::format("{} skipped", record_.skips()));
    if (const auto quantiles = recent.quantiles(mono)) {
      const std::string of = "of " + base::counted(quantiles->count, "ok probe");
      figure("p50", describe_microseconds(quantiles->p50), of);
      figure("p95", describe_microseconds(quantiles->p95), of);
      figure("p99", describe_microseconds(quantiles->p99),
             quantiles->count < 100 ? of + ": the slowest" : of);
    }
    html_.close();
    html_.element("p", {{"class", "quiet note"}},
                  fmt::format("Kept in memory since the exporter started. Quantiles are measured "
                              "latencies of the last hour, of {} ok probes at most.",
                              record::RecentResults::kLatenciesKept));
  }

  void write_ends(std::optional<base::WallTime> first) {
    html_.open("p", {{"class", "ends quiet"}});
    if (first) write_moment(html_, *first, now());
    html_.element("span", "now").close();
  }

  void write_day() {
    const auto day = evidence_.recent().day(snapshot_.taken.mono);
    html_.element("h2", "The last day");
    draw_day(html_, day);
    write_ends(evidence_.recent().first()
                   ? std::optional(moment(evidence_.recent().day_bin_start(day.front().number)))
                   : std::nullopt);
  }

  void write_latencies() {
    html_.element("h2", "Latency");
    if (samples_.empty()) {
      html_.element("p", {{"class", "quiet"}}, "Not probed yet.");
      return;
    }
    const double longest = longest_of(samples_);
    html_.open("div", {{"class", "chart-frame"}});
    html_.open("div", {{"class", "axis quiet"}, {"aria-hidden", "true"}});
    for (const double mark : {longest, longest / 2})
      html_.element("span", longest > 0 ? describe_microseconds(mark) : "");
    html_.element("span", "0");
    html_.close();
    draw_latencies(html_, samples_, longest > 0 ? longest : 1);
    html_.close();
    html_.open("p", {{"class", "quiet note"}});
    html_.text(samples_.size() == 1 ? "One probe so far, at "
                                    : fmt::format("The last {} probes since ", samples_.size()));
    write_moment(html_, moment(samples_.front().finished), now());
    html_.text(
        ": one bar each, the latest on the right, split as the legend says. Failed ones are pale, "
        "cut off at the top, and marked below.");
    html_.close();
  }

  void write_waterfalls() {
    if (samples_.empty()) return;
    html_.element("h2", "Last probes");
    const std::size_t count = std::min(samples_.size(), kWaterfalls);
    double longest = 1;
    for (auto sample = samples_.rbegin(); sample != samples_.rbegin() + static_cast<long>(count);
         ++sample)
      longest = std::max(longest, split_of(*sample).total());
    html_.open("table",
               {{"role", "table"}, {"class", "waterfalls"}, {"aria-label", "Last probes"}});
    html_.open("thead", {{"role", "rowgroup"}}).open("tr", {{"role", "row"}});
    for (const char* column : {"When", "Result", "Took", "Where the time went"})
      html_.element("th", {{"role", "columnheader"}, {"scope", "col"}}, column);
    html_.close().close().open("tbody", {{"role", "rowgroup"}});
    for (std::size_t i = 0; i < count; ++i)
      write_waterfall(samples_[samples_.size() - 1 - i], longest);
    html_.close().close();
  }

  void write_waterfall(const record::RecentSample& sample, double longest) {
    html_.open("tr", {{"role", "row"}});
    html_.open("td", {{"role", "cell"}, {"class", "when"}});
    write_second(html_, moment(sample.finished));
    html_.close().open("td", {{"role", "cell"}, {"class", "state"}});
    draw_icon(html_, model::fault_of(sample.outcome));
    html_.element("code", {{"class", "outcome"}}, to_label(sample.outcome));
    if (sample.http_status > 0) html_.text(fmt::format(" {}", sample.http_status));
    html_.close().open("td", {{"role", "cell"}, {"class", "took"}});
    html_.text(sample.total == record::RecentSample::kAbsent ? "\xe2\x80\x93"
                                                             : describe_microseconds(sample.total));
    html_.close().open("td", {{"role", "cell"}, {"class", "wide"}});
    draw_waterfall(html_, sample, longest);
    html_.close().close();
  }

  void write_evidence() {
    html_.open("div", {{"class", "evidence-head"}}).element("h2", "Evidence");
    html_.element(
        "a", {{"href", target_.probe + "/evidence.json"}, {"download", ""}, {"class", "button"}},
        "Download as JSON");
    html_.close();
    if (evidence_.size() == 0) {
      html_.element("p", {{"class", "quiet"}},
                    "Nothing yet. The last failures and the slowest good probes are kept here, "
                    "with what a ticket needs.");
      return;
    }
    const auto& failures = evidence_.failures();
    if (!failures.empty()) html_.element("h3", "Last failures");
    for (auto result = failures.rbegin(); result != failures.rend(); ++result)
      write_item(*result);
    if (!evidence_.slowest().empty()) html_.element("h3", "Slowest good probes of the last day");
    for (const model::ProbeResult& result : evidence_.slowest())
      write_item(result);
  }

  void write_item(const model::ProbeResult& result) {
    html_.open("details", {{"class", "evidence"}, {"id", evidence_id(result)}});
    html_.open("summary");
    draw_icon(html_, model::fault_of(result.outcome));
    write_evidence_time(result);
    html_.text(" ").element("code", {{"class", "outcome"}}, to_label(result.outcome));
    if (result.http_status) html_.text(fmt::format(" {}", *result.http_status));
    if (result.phases.total)
      html_.text(fmt::format(" after {}", base::describe_duration(*result.phases.total)));
    if (!result.message.empty())
      html_.text(" ").element("span", {{"class", "quiet"}}, result.message);
    html_.close();
    html_.open("div", {{"class", "item"}});
    write_curl(result);
    html_.open("dl");
    term("Message", result.message);
    term("Request id", result.request_id);
    term("Address", result.remote_address);
    if (result.tls) term("TLS", result.tls->version + " " + result.tls->cipher);
    term("Server's own time",
         result.server_processing ? base::describe_duration(*result.server_processing) : "");
    html_.close();
    write_headers("Request headers", result.request_headers);
    write_headers("Response headers", result.response_headers);
    html_.close().close();
  }

  // Failures are kept for long, so the day may matter.
  void write_evidence_time(const model::ProbeResult& result) {
    if (now() - result.started.wall < std::chrono::hours(12))
      write_second(html_, result.started.wall);
    else
      write_moment(html_, result.started.wall, now());
  }

  void write_curl(const model::ProbeResult& result) {
    const std::string id = evidence_id(result) + "-curl";
    html_.open("div", {{"class", "curl"}});
    html_.open("pre", {{"tabindex", "0"}, {"aria-label", "The request as a curl command"}});
    html_.element("code", {{"id", id}}, explain::to_curl_line(*snapshot_.plan, result));
    html_.close();
    html_.element("button", {{"type", "button"}, {"class", "copy"}, {"data-copy", id}},
                  "Copy curl");
    html_.close();
  }

  void term(const char* name, const std::string& value) {
    if (value.empty()) return;
    html_.open("div").element("dt", name).element("dd", value).close();
  }

  void write_headers(const char* name, const std::vector<model::Header>& headers) {
    if (headers.empty()) return;
    html_.element("h4", name).open("dl", {{"class", "headers"}});
    for (const model::Header& header : headers)
      html_.open("div").element("dt", header.name).element("dd", header.value).close();
    html_.close();
  }

  Html& html_;
  const record::Snapshot& snapshot_;
  const model::Target& target_;
  const record::TargetRecord& record_;
  const explain::ProbeStatus standing_;
  const explain::Verdict verdict_;
  const record::Evidence& evidence_;
  const std::vector<record::RecentSample> samples_;
};

}  // namespace

std::string render_target_page(const record::Snapshot& snapshot, model::TargetIndex target,
                               const record::Evidence& evidence, const PageContext& context) {
  Html html;
  TargetPage page(html, snapshot, target, evidence);
  const PageFrame frame = page.frame();
  begin_page(html, snapshot, frame);
  page.write();
  return end_page(html, snapshot, frame, context);
}

std::string render_evidence(const model::Plan& plan, model::TargetIndex target,
                            const record::Evidence& evidence) {
  const auto list = [&](const auto& results) {
    std::string text = "[";
    for (const model::ProbeResult& result : results)
      text += (text.size() > 1 ? ",\n" : "\n") + explain::to_evidence_json(plan, result);
    return text + "]";
  };
  const nlohmann::json tenant = plan.target(target).tenant_name;
  const nlohmann::json probe = plan.target(target).probe;
  return fmt::format("{{\"tenant\":{},\"probe\":{},\n\"failures\":{},\n\"slowest\":{}}}\n",
                     tenant.dump(), probe.dump(), list(evidence.failures()),
                     list(evidence.slowest()));
}

}  // namespace reinfer::page
