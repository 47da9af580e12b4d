// The metrics of each tenant, its token and its certificate, and of the control targets.
#include "metrics/families.h"

namespace reinfer::metrics {
namespace {

using enum FamilyType;

std::string_view to_label(model::Onboarding onboarding) {
  switch (onboarding) {
    case model::Onboarding::uipath:
      return "uipath";
    case model::Onboarding::reinfer:
      return "reinfer";
    case model::Onboarding::other:
      break;
  }
  return "other";
}

void add_time(const std::optional<base::WallTime>& time, Encoder& to) {
  if (time) to.add(base::to_unix_seconds(*time));
}

constexpr Family kTenants[] = {
    {{"reinfer_tenant_info", "Always 1, the tenant's base URL and onboarding.", info},
     [](const TenantFacts& of, Encoder& to) {
       to.add({{"base_url", of.tenant.base_url}, {"onboarding", to_label(of.tenant.onboarding)}},
              1);
     }},
    {{"reinfer_tenant_in_maintenance", "1 inside a configured maintenance window, else 0.", gauge},
     [](const TenantFacts& of, Encoder& to) { to.add(of.record.in_maintenance ? 1 : 0); }},
    {{"reinfer_tls_certificate_expiry_timestamp_seconds",
      "When the first certificate of the server's chain expires, in seconds since the Unix epoch, "
      "as of the last TLS handshake.",
      gauge},
     [](const TenantFacts& of, Encoder& to) { add_time(of.record.certificate_expiry, to); }},
    {{"reinfer_token_accepted",
      "1 if the last reply that judged the tenant's token took it, 0 if it was rejected.", gauge},
     [](const TenantFacts& of, Encoder& to) {
       if (of.record.token.accepted) to.add(*of.record.token.accepted ? 1 : 0);
     }},
    {{"reinfer_token_changes_total", "How often the tenant's token was replaced by another one.",
      counter},
     [](const TenantFacts& of, Encoder& to) {
       to.add(static_cast<double>(of.record.token.changes));
     }},
    {{"reinfer_token_last_change_timestamp_seconds",
      "When the tenant's token was last replaced, in seconds since the Unix epoch.", gauge},
     [](const TenantFacts& of, Encoder& to) { add_time(of.record.token.last_change, to); }},
    {{"reinfer_token_read_errors_total",
      "How often the tenant's token could not be read or fetched.", counter},
     [](const TenantFacts& of, Encoder& to) {
       to.add(static_cast<double>(of.record.token.read_errors));
     }},
    {{"reinfer_token_expiry_timestamp_seconds",
      "When the tenant's token expires, in seconds since the Unix epoch, where OAuth or the token "
      "itself tells.",
      gauge},
     [](const TenantFacts& of, Encoder& to) { add_time(of.record.token.expiry, to); }},
    {{"reinfer_control_reachable",
      "1 if the control target answered at all when last asked, so this machine's network works, "
      "else 0.",
      gauge},
     [](const ScrapeFacts& of, Encoder& to) {
       for (std::size_t i = 0; i < of.snapshot.controls.size(); ++i)
         if (const auto& reachable = of.snapshot.controls[i])
           to.add({{"control", of.snapshot.plan->controls()[i].name}}, *reachable ? 1 : 0);
     }},
};

}  // namespace

FamilyTable tenant_families() {
  return kTenants;
}

}  // namespace reinfer::metrics
