#include <algorithm>
#include <memory>
#include <utility>

#include "api/documents.h"
#include "api/envelope.h"
#include "api/query.h"
#include "explain/probe_report.h"

namespace reinfer::api {
namespace {

struct Failure {
  FailurePlace place;
  std::shared_ptr<const model::Plan> plan;  // that the result's target is a position in
  model::ProbeResult result;
};

bool asks_for(const FailuresQuery& query, const model::Target& target) {
  return (!query.tenant || *query.tenant == target.tenant_name) &&
         (!query.probe || *query.probe == target.probe);
}

bool asks_for(const FailuresQuery& query, const FailurePlace& place,
              const model::ProbeResult& result) {
  return (!query.fault || *query.fault == model::fault_of(result.outcome)) &&
         (!query.since || place.started >= *query.since) && (!query.after || *query.after < place);
}

// The first `count` of the list.
void keep_first(std::vector<Failure>& failures, std::size_t count) {
  std::sort(failures.begin(), failures.end(),
            [](const Failure& a, const Failure& b) { return a.place < b.place; });
  if (failures.size() > count)
    failures.erase(failures.begin() + std::ptrdiff_t(count), failures.end());
}

}  // namespace

tl::expected<std::string, ApiError> api_failures(const record::Snapshot& snapshot,
                                                 const EvidenceOf& evidence_of,
                                                 const ApiParameters& parameters) {
  const model::Plan& plan = *snapshot.plan;
  const auto query = parse_failures_query(parameters, plan, snapshot.taken.wall);
  if (!query) return tl::unexpected(query.error());
  // One more shows whether there is another page.
  const std::size_t wanted = query->limit + 1;
  std::vector<Failure> failures;
  for (const model::Target& target : plan.targets()) {
    if (!asks_for(*query, target)) continue;
    const auto kept = evidence_of(target.tenant_name, target.probe);
    if (!kept) continue;
    for (const model::ProbeResult& result : kept->evidence.failures()) {
      FailurePlace place{result.started.wall, target.tenant_name, target.probe};
      if (asks_for(*query, place, result))
        failures.push_back({std::move(place), kept->plan, result});
    }
    // Not all of thousands of targets at a time: a result is kilobytes.
    if (failures.size() > 2 * wanted) keep_first(failures, wanted);
  }
  keep_first(failures, wanted);
  std::optional<std::string> next;
  if (failures.size() == wanted) {
    failures.pop_back();
    next = cursor_of(failures.back().place);
  }
  std::vector<std::string> items;
  for (const Failure& failure : failures)
    items.push_back(explain::to_evidence_json(*failure.plan, failure.result));
  return api_document(json_array(items), next);
}

}  // namespace reinfer::api
