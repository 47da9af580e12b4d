#include <fmt/format.h>

#include <cstdio>

#include "app/commands.h"
#include "app/load.h"
#include "base/duration.h"

namespace reinfer {
namespace {

void print_target(const Target& target) {
  fmt::print("  {:<20} every {:<6} within {:<6} {:<5} {} {}\n", target.probe,
             format_duration(target.interval), format_duration(target.deadlines.total),
             target.connection == ConnectionMode::fresh ? "fresh" : "reuse", target.method,
             target.url);
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
  }
  fmt::print("{} targets, about {} series of at most {}\n", plan->targets().size(),
             expected_series(*plan), plan->limits().series_max);
  return 0;
}

}  // namespace reinfer
