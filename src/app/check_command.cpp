#include <fmt/format.h>

#include <cstdio>

#include "app/commands.h"
#include "app/load.h"
#include "base/duration.h"

namespace reinfer {
namespace {

void print_target(const Target& target) {
  fmt::print("  {:<20} every {:<7} within {:<7} {:<5} {} {}\n", target.probe,
             format_duration(target.interval), format_duration(target.deadlines.total),
             target.connection == ConnectionMode::fresh ? "fresh" : "reuse", target.method,
             target.url);
}

// What the operator's own limits will cost, before they do.
void print_limits(const Plan& plan, TenantIndex index) {
  const Tenant& tenant = plan.tenant(index);
  const double rate = requests_per_minute(plan, index);
  if (tenant.requests_per_minute_max && rate > static_cast<double>(*tenant.requests_per_minute_max))
    fmt::print("  at most {} requests/min: about {:.3g} slots/min will be skipped as budget\n",
               *tenant.requests_per_minute_max,
               rate - static_cast<double>(*tenant.requests_per_minute_max));
  const double paid = paid_probes_per_day(plan, index);
  if (paid > 0)
    fmt::print("  {:.4g} paid probes a day, at most {} of them will be sent\n", paid,
               tenant.paid_probes_per_day_max);
}

}  // namespace

int check_command(const Options& options) {
  const auto plan = load_or_explain(options.config_file);
  if (!plan) return kExitBadConfig;
  for (std::size_t i = 0; i < plan->tenants().size(); ++i) {
    const TenantIndex index{static_cast<std::uint32_t>(i)};
    fmt::print("{}  {}  {:.4g} requests/min\n", plan->tenants()[i].name,
               plan->tenants()[i].base_url, requests_per_minute(*plan, index));
    for (const Target& target : plan->targets())
      if (target.tenant == index) print_target(target);
    print_limits(*plan, index);
  }
  for (const Control& control : plan->controls())
    fmt::print("control {:<20} every {:<7} {}\n", control.name, format_duration(control.interval),
               control.url);
  fmt::print("{} targets, about {} series of at most {}\n", plan->targets().size(),
             expected_series(*plan), plan->limits().series_max);
  return 0;
}

}  // namespace reinfer
