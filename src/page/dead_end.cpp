#include "page/dead_end.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/spelling.h"
#include "page/frame.h"

namespace reinfer::page {
namespace {

constexpr std::size_t kNearMax = 5;
constexpr std::size_t kTenantsNear = 3;
// Anybody may ask for any name, and comparing costs by its length.
constexpr std::size_t kCompared = 100;

std::vector<std::string_view> probes_of(const model::Plan& plan, std::string_view tenant) {
  std::vector<std::string_view> probes;
  for (const model::Target& target : plan.targets())
    if (target.tenant_name == tenant) probes.push_back(target.probe);
  return probes;
}

void add_nearest(const model::Plan& plan, std::string_view tenant, std::string_view probe,
                 std::size_t count, std::vector<WayOut>& near) {
  const auto probes = probes_of(plan, tenant);
  for (const std::string_view each : base::nearest_words(probe, probes, count)) {
    model::Target named;
    named.tenant_name = tenant;
    named.probe = each;
    near.push_back({fmt::format("{}/{}", tenant, each), path_of(named)});
  }
}

}  // namespace

std::vector<WayOut> nearest_targets(const model::Plan& plan, std::string_view tenant,
                                    std::string_view probe) {
  tenant = tenant.substr(0, kCompared);
  probe = probe.substr(0, kCompared);
  std::vector<WayOut> near;
  if (!probes_of(plan, tenant).empty()) {
    add_nearest(plan, tenant, probe, kNearMax, near);
    return near;
  }
  std::vector<std::string_view> tenants;
  for (const model::Tenant& each : plan.tenants())
    tenants.push_back(each.name);
  for (const std::string_view each : base::nearest_words(tenant, tenants, kTenantsNear))
    add_nearest(plan, each, probe, 1, near);
  return near;
}

DeadEnd unknown_target(const model::Plan& plan, const std::string& tenant,
                       const std::string& probe) {
  return {"No such target",
          fmt::format("There is no target {}/{} in the configuration in force.", tenant, probe),
          "../../", nearest_targets(plan, tenant, probe)};
}

DeadEnd unknown_range(const model::Target& target, std::string_view name, bool has_history) {
  DeadEnd end{"No such range", range_fault(name.substr(0, kCompared), has_history), "../../", {}};
  for (const Range& range : kRanges)
    if (has_history || range.recent)
      end.near.push_back(
          {fmt::format("The last {} of {}/{}", range.label, target.tenant_name, target.probe),
           fmt::format("{}?range={}", path_of(target), range.name)});
  return end;
}

DeadEnd unknown_incident(const std::string& id) {
  return {
      "No such incident",
      fmt::format("The history has no incident {}: it was never there, or is older than what is "
                  "kept.",
                  id.substr(0, kCompared)),
      "../",
      {{"The incidents that there are", "incidents"}}};
}

std::string render_dead_end(const record::Snapshot& snapshot, const DeadEnd& end,
                            const PageContext& context) {
  Html html;
  PageFrame frame{end.title + " \xc2\xb7 reinfer_exporter", end.root, false};
  frame.still = true;
  begin_page(html, snapshot, frame);
  html.open("nav", {{"aria-label", "You are here"}, {"class", "crumbs"}});
  html.element("a", {{"href", end.root}}, "All tenants").close();
  html.open("div", {{"class", "summary"}}).element("h1", end.title).close();
  html.element("p", {{"class", "verdict"}}, end.words);
  if (!end.near.empty()) {
    html.element("h2", "Did you mean");
    html.open("ul", {{"class", "near"}});
    for (const WayOut& way : end.near)
      html.open("li").element("a", {{"href", end.root + way.path}}, way.words).close();
    html.close();
  }
  html.open("p", {{"class", "facts"}});
  html.element("a", {{"href", end.root}, {"class", "button"}}, "Back to the overview").close();
  return end_page(html, snapshot, frame, context);
}

}  // namespace reinfer::page
