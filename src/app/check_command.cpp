#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "app/commands.h"
#include "app/load_command_config.h"
#include "app/proxy_environment.h"
#include "base/duration.h"
#include "model/figures.h"

namespace reinfer::app {
namespace {

std::string percent(double ratio) {
  return fmt::format("{:.7g}%", ratio * 100);
}

// Rounded down: an objective of 99.888 % must not be shown as 99.89 %.
std::string percent_rounded_down(double ratio) {
  constexpr double kSteps = 100;
  return percent(std::floor(ratio * 100 * kSteps) / (100 * kSteps));
}

std::string percent_rounded_up(double ratio) {
  constexpr double kSteps = 100;
  return percent(std::ceil(ratio * 100 * kSteps) / (100 * kSteps));
}

// Advice for an objective that cannot be judged at the probe's interval: a single bad event among
// so few would already page.
void print_doubt(std::string_view what, double ratio, base::Nanoseconds interval) {
  constexpr base::Nanoseconds kIntervalMin = std::chrono::seconds(1);
  const base::Nanoseconds enough = model::interval_to_judge(ratio);
  if (interval <= enough) return;
  const auto whole = std::chrono::floor<std::chrono::seconds>(enough);
  const double judged = model::ratio_to_judge(interval);
  fmt::print(
      "    warning: {} of {} cannot be judged every {}: one bad probe in an hour would be a "
      "rate that pages; ",
      what, percent(ratio), base::format_duration(interval));
  if (whole >= kIntervalMin)
    fmt::print("interval = \"{}\" would do", base::format_duration(whole));
  else
    fmt::print("no interval would do");
  if (judged > 0) fmt::print(", or at most {} at this interval", percent_rounded_down(judged));
  fmt::print("\n");
}

// Says which rules cannot alert, because not even nothing but bad events burns that fast.
void print_out_of_reach(std::string_view what, double ratio) {
  for (const model::BurnLimit& limit : model::kBurnLimits) {
    if (model::burn_rate_max(ratio) > limit.rate) continue;
    fmt::print(
        "    warning: {} of {} can burn at most {:.3g} times too fast, so the alert at {:.3g} "
        "times "
        "over {} cannot fire; it can above {}\n",
        what, percent(ratio), model::burn_rate_max(ratio), limit.rate,
        base::format_duration(limit.window), percent_rounded_up(model::ratio_to_reach(limit)));
  }
}

void print_overlap(const model::Target& target) {
  if (target.deadlines.total < target.interval) return;
  fmt::print(
      "    warning: a timeout of {} is as long as the interval: a probe that takes all of it costs "
      "the next slot (overlap); a shorter timeout would do, or a longer interval\n",
      base::format_duration(target.deadlines.total));
}

std::string counted_faults(const model::AvailabilityObjective& availability) {
  std::vector<std::string_view> words;
  for (const model::Fault fault : model::kCountableFaults)
    if (model::counts(availability, fault)) words.push_back(to_label(fault));
  return fmt::format("{}", fmt::join(words, ", "));
}

void print_objectives(const model::Target& target) {
  if (const auto& availability = target.objectives.availability) {
    fmt::print("    objective: {} available, against {}\n", percent(availability->ratio),
               counted_faults(*availability));
    print_doubt("availability", availability->ratio, target.interval);
    print_out_of_reach("availability", availability->ratio);
  }
  if (const auto& latency = target.objectives.latency) {
    fmt::print("    objective: {} within {}\n", percent(latency->ratio),
               base::format_duration(latency->threshold));
    print_doubt("latency", latency->ratio, target.interval);
    print_out_of_reach("latency", latency->ratio);
  }
}

void print_target(const model::Target& target) {
  fmt::print("  {:<20} every {:<7} within {:<7} {:<5} {} {}\n", target.probe,
             base::format_duration(target.interval), base::format_duration(target.deadlines.total),
             target.connection == model::ConnectionMode::fresh ? "fresh" : "reuse", target.method,
             target.url);
  print_overlap(target);
  print_objectives(target);
}

// Warns about slots that the operator's own limits will skip.
void print_limits(const model::Plan& plan, model::TenantIndex index) {
  const model::Tenant& tenant = plan.tenant(index);
  const double rate = model::requests_per_minute(plan, index);
  if (tenant.requests_per_minute_max && rate > static_cast<double>(*tenant.requests_per_minute_max))
    fmt::print("  at most {} requests/min: about {:.3g} slots/min will be skipped as budget\n",
               *tenant.requests_per_minute_max,
               rate - static_cast<double>(*tenant.requests_per_minute_max));
  const double paid = model::paid_probes_per_day(plan, index);
  if (paid > 0)
    fmt::print("  {:.4g} paid probes a day, at most {} of them will be sent\n", paid,
               tenant.paid_probes_per_day_max);
}

// Where Prometheus stores native histograms, each is one series instead of its buckets, sum and
// count, or one more.
void print_series(const model::Plan& plan) {
  const std::size_t classic = model::expected_series(plan);
  std::size_t replaced = 0;
  for (const model::Target& target : plan.targets())
    replaced += model::kLatencyFigureCount * (target.buckets.size() + 3);
  const std::size_t native = model::kLatencyFigureCount * plan.targets().size();
  fmt::print("{} targets, {} series of at most {}\n", plan.targets().size(), classic,
             plan.limits().series_max);
  fmt::print("  with native histograms: {}, with both kinds: {}\n", classic - replaced + native,
             classic + native);
}

}  // namespace

int check_command(const Options& options) {
  const auto whole = load_or_explain(options.config_file);
  if (!whole || !web_files_are_good(options.server.files)) return kExitBadConfig;
  const auto plan = model::shard_of(whole, options.shard);
  for (std::size_t i = 0; i < plan->tenants().size(); ++i) {
    const model::TenantIndex index{static_cast<std::uint32_t>(i)};
    fmt::print("{}  {}  {:.4g} requests/min\n", plan->tenants()[i].name,
               plan->tenants()[i].base_url, model::requests_per_minute(*plan, index));
    for (const model::Target& target : plan->targets())
      if (target.tenant == index) print_target(target);
    print_limits(*plan, index);
  }
  for (const model::Control& control : plan->controls())
    fmt::print("control {:<20} every {:<7} {}\n", control.name,
               base::format_duration(control.interval), control.url);
  for (const std::string& fault : no_proxy_faults(*plan))
    fmt::print("warning: no_proxy of the environment contains {}; as it is, it exempts no host\n",
               fault);
  print_series(*plan);
  return 0;
}

}  // namespace reinfer::app
