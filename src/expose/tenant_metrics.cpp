#include "expose/tenant_metrics.h"

#include "expose/target_metrics.h"

namespace reinfer {
namespace {

std::string_view to_label(Onboarding onboarding) {
  switch (onboarding) {
    case Onboarding::uipath:
      return "uipath";
    case Onboarding::reinfer:
      return "reinfer";
    case Onboarding::other:
      break;
  }
  return "other";
}

void add_info(const Snapshot& snapshot, Families& families) {
  Family info =
      Family::gauge("reinfer_tenant_info", "Always 1, the tenant's base URL and onboarding.");
  Family expiry = Family::gauge("reinfer_tls_certificate_expiry_timestamp_seconds",
                                "When the first certificate of the server's chain expires, in "
                                "seconds since the Unix epoch, as of the last TLS handshake.");
  Family maintenance = Family::gauge("reinfer_tenant_in_maintenance",
                                     "1 inside a configured maintenance window, else 0.");
  for (std::size_t i = 0; i < snapshot.tenants.size(); ++i) {
    const Tenant& tenant = snapshot.plan->tenants()[i];
    const Labels labels = tenant_labels(*snapshot.plan, tenant);
    maintenance.add(labels, snapshot.tenants[i].in_maintenance ? 1 : 0);
    info.add(
        with(with(labels, "base_url", tenant.base_url), "onboarding", to_label(tenant.onboarding)),
        1);
    if (const auto& at = snapshot.tenants[i].certificate_expiry)
      expiry.add(labels, to_unix_seconds(*at));
  }
  families.push_back(info.take());
  families.push_back(maintenance.take());
  families.push_back(expiry.take());
}

void add_tokens(const Snapshot& snapshot, Families& families) {
  Family accepted =
      Family::gauge("reinfer_token_accepted",
                    "1 if the last reply that judged the tenant's token took it, 0 if "
                    "it was rejected.");
  Family changes = Family::counter("reinfer_token_changes_total",
                                   "How often the tenant's token was replaced by another one.");
  Family changed = Family::gauge("reinfer_token_last_change_timestamp_seconds",
                                 "When the tenant's token was last replaced, in seconds since the "
                                 "Unix epoch.");
  Family errors = Family::counter("reinfer_token_read_errors_total",
                                  "How often the tenant's token could not be read or fetched.");
  Family expiry = Family::gauge("reinfer_token_expiry_timestamp_seconds",
                                "When the tenant's token expires, in seconds since the Unix epoch, "
                                "where OAuth or the token itself tells.");
  for (std::size_t i = 0; i < snapshot.tenants.size(); ++i) {
    const Labels labels = tenant_labels(*snapshot.plan, snapshot.plan->tenants()[i]);
    const TokenFacts& token = snapshot.tenants[i].token;
    if (token.accepted) accepted.add(labels, *token.accepted ? 1 : 0);
    changes.add(labels, static_cast<double>(token.changes));
    if (token.last_change) changed.add(labels, to_unix_seconds(*token.last_change));
    errors.add(labels, static_cast<double>(token.read_errors));
    if (token.expiry) expiry.add(labels, to_unix_seconds(*token.expiry));
  }
  for (Family* family : {&accepted, &changes, &changed, &errors, &expiry})
    families.push_back(family->take());
}

void add_controls(const Snapshot& snapshot, Families& families) {
  Family reachable =
      Family::gauge("reinfer_control_reachable",
                    "1 if the control target answered at all when last asked, so our "
                    "own way out works, else 0.");
  for (std::size_t i = 0; i < snapshot.controls.size(); ++i)
    if (snapshot.controls[i])
      reachable.add({{"control", snapshot.plan->controls()[i].name}},
                    *snapshot.controls[i] ? 1 : 0);
  families.push_back(reachable.take());
}

}  // namespace

void add_tenants(const Snapshot& snapshot, Families& families) {
  add_info(snapshot, families);
  add_tokens(snapshot, families);
  add_controls(snapshot, families);
}

}  // namespace reinfer
