#include "explain/network_proof.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace reinfer::explain {
namespace {

const std::string* control_that(const record::Snapshot& snapshot, bool reachable) {
  for (std::size_t i = 0; i < snapshot.controls.size(); ++i)
    if (snapshot.controls[i] == reachable) return &snapshot.plan->controls()[i].name;
  return nullptr;
}

const std::string* other_that_replies(const record::Snapshot& snapshot,
                                      const std::vector<TenantView>& views, std::size_t tenant) {
  for (std::size_t i = 0; i < views.size(); ++i)
    if (i != tenant && views[i].reply_seen) return &snapshot.plan->tenants()[i].name;
  return nullptr;
}

bool all_fail_by_network(const std::vector<TenantView>& views) {
  return views.size() > 1 && std::all_of(views.begin(), views.end(), [](const TenantView& view) {
           return view.main_fault() == model::Fault::network && !view.reply_seen;
         });
}

NetworkProof prove_fine(const record::Snapshot& snapshot, const std::vector<TenantView>& views,
                        std::size_t tenant) {
  // A reply of this same tenant is the best proof: it came over the path in question.
  if (views[tenant].reply_seen) return {"network fine", "Replies of this tenant still arrive."};
  if (const std::string* control = control_that(snapshot, false))
    return {fmt::format("control {} unreachable", *control),
            "So it may be this machine's network after all."};
  if (const std::string* control = control_that(snapshot, true))
    return {"network fine", fmt::format("Control target {} answered.", *control)};
  if (const std::string* other = other_that_replies(snapshot, views, tenant))
    return {"network fine", fmt::format("Replies of tenant {} still arrive.", *other)};
  return {};
}

NetworkProof prove_egress(const record::Snapshot& snapshot, const std::vector<TenantView>& views,
                          std::size_t tenant) {
  if (const std::string* control = control_that(snapshot, true))
    return {"this machine's network works", fmt::format("Control target {} answered.", *control)};
  if (const std::string* other = other_that_replies(snapshot, views, tenant))
    return {"this machine's network works",
            fmt::format("Replies of tenant {} still arrive.", *other)};
  if (views[tenant].reply_seen)
    return {"this machine's network works", "Replies to other probes of this tenant still arrive."};
  if (const std::string* control = control_that(snapshot, false))
    return {fmt::format("control {} unreachable too, so it is this machine's network", *control),
            "Servers that have nothing to do with the platform do not answer either."};
  if (all_fail_by_network(views))
    return {"all tenants alike", "No tenant gets a reply of the API."};
  return {};
}

}  // namespace

NetworkProof prove_network(const record::Snapshot& snapshot, const std::vector<TenantView>& views,
                           std::size_t tenant) {
  const TenantView& view = views[tenant];
  const model::Fault fault = view.main_fault();
  if (fault == model::Fault::network) return prove_egress(snapshot, views, tenant);
  const bool some_network =
      view.by_fault[static_cast<std::size_t>(model::Fault::network)].failing > 0;
  if (some_network || (fault != model::Fault::platform && fault != model::Fault::edge)) return {};
  return prove_fine(snapshot, views, tenant);
}

}  // namespace reinfer::explain
