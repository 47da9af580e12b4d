#include "page/evidence_list.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/duration.h"
#include "explain/curl_line.h"
#include "explain/probe_report.h"
#include "page/frame.h"
#include "page/icons.h"

namespace reinfer::page {
namespace {

std::string evidence_id(const model::ProbeResult& result) {
  return fmt::format("e-{}", result.started.wall.time_since_epoch().count());
}

class EvidenceList {
 public:
  EvidenceList(Html& html, const model::Plan& plan, const model::Target& target,
               const record::Evidence& evidence, base::WallTime now)
      : html_(html), plan_(plan), target_(target), evidence_(evidence), now_(now) {}

  void write() {
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

 private:
  void write_item(const model::ProbeResult& result) {
    html_.open("details", {{"class", "evidence"}, {"id", evidence_id(result)}});
    html_.open("summary");
    draw_icon(html_, model::fault_of(result.outcome));
    write_evidence_time(result);
    html_.text(" ").element("code", {{"class", "outcome"}}, to_label(result.outcome));
    if (result.http_status) html_.text(fmt::format(" {}", *result.http_status));
    if (result.phases.total)
      html_.text(fmt::format(" after {}", base::describe_duration(*result.phases.total)));
    write_slowness(result);
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
    term("Server time",
         result.server_processing ? base::describe_duration(*result.server_processing) : "");
    html_.close();
    write_headers("Request headers", result.request_headers);
    write_headers("Response headers", result.response_headers);
    html_.close().close();
  }

  // Of good probes: too slow is above the objective, and slow is slower than the others.
  void write_slowness(const model::ProbeResult& result) {
    const auto& objective = target_.objectives.latency;
    if (result.outcome != model::Outcome::ok || !objective || !result.phases.total) return;
    const std::string limit = base::describe_duration(objective->threshold);
    if (*result.phases.total > objective->threshold)
      html_.text(" ").element("span", {{"class", "too-slow"}}, "too slow, above " + limit);
    else
      html_.text(" ").element("span", {{"class", "quiet"}},
                              "slow, within the objective of " + limit);
  }

  // Failures are kept for long, so their day may matter.
  void write_evidence_time(const model::ProbeResult& result) {
    if (now_ - result.started.wall < std::chrono::hours(12))
      write_second(html_, result.started.wall);
    else
      write_moment(html_, result.started.wall, now_);
  }

  void write_curl(const model::ProbeResult& result) {
    const std::string id = evidence_id(result) + "-curl";
    html_.open("div", {{"class", "curl"}});
    html_.open("pre", {{"tabindex", "0"}, {"aria-label", "The request as a curl command"}});
    html_.element("code", {{"id", id}}, explain::to_curl_line(plan_, result));
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
  const model::Plan& plan_;
  const model::Target& target_;
  const record::Evidence& evidence_;
  const base::WallTime now_;
};

}  // namespace

void write_evidence_list(Html& html, const model::Plan& plan, const model::Target& target,
                         const record::Evidence& evidence, base::WallTime now) {
  EvidenceList(html, plan, target, evidence, now).write();
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
