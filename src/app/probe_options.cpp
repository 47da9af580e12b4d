#include "app/probe_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/duration.h"

namespace reinfer::app {
namespace {

using namespace std::chrono_literals;

// One round each second for a day.
constexpr std::uint64_t kRepeatMax = 86400;
constexpr base::Nanoseconds kRepeatIntervalMin = 1s;
constexpr base::Nanoseconds kRepeatIntervalMax = 24h;
constexpr std::size_t kParallelMax = 1000;

}  // namespace

void add_probe(CLI::App& probe, ProbeGiven& given) {
  ProbeOptions& plain = given.plain;
  probe.option_defaults()->group("Rounds");
  probe.add_option("--repeat", plain.repeat, "Probe so many times, then sum up; Ctrl-C does too")
      ->type_name("N")
      ->capture_default_str();
  probe.add_option("--interval", given.interval, "Time between two, with --repeat (5s)")
      ->type_name("DURATION");
  probe
      .add_option("--parallel", plain.parallel,
                  "Targets probed at once; with more than one they disturb each other's figures")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{1}, kParallelMax))
      ->capture_default_str();
  probe.option_defaults()->group("Output");
  CLI::Option* json = probe.add_flag("--json", plain.json, "One JSON object a line");
  probe.add_flag("--csv", plain.csv, "One line of comma-separated values for each, with a heading")
      ->excludes(json);
  probe
      .add_option("--color", given.colour, "auto (on a terminal, without NO_COLOR), always, never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
  probe.add_option("target", plain.selection,
                   "TENANT or TENANT/PROBE, all if none is given; "
                   "a file that is there and ends in .toml is the configuration");
}

tl::expected<ProbeOptions, std::string> understand(const ProbeGiven& given) {
  ProbeOptions options = given.plain;
  if (options.repeat < 1 || options.repeat > kRepeatMax)
    return tl::unexpected(
        fmt::format("--repeat: is {}, allowed: 1 to {}", options.repeat, kRepeatMax));
  if (given.interval.empty()) {
    options.interval = 5s;
    return options;
  }
  if (options.repeat == 1)
    return tl::unexpected<std::string>(
        "--interval: means nothing without --repeat, allowed: --repeat=N with N above 1");
  const auto interval = base::parse_duration(given.interval);
  if (!interval)
    return tl::unexpected(
        fmt::format("--interval: \"{}\" is not {}", given.interval, base::kDurationForm));
  if (*interval < kRepeatIntervalMin || *interval > kRepeatIntervalMax)
    return tl::unexpected(fmt::format(
        "--interval: is {}, allowed: {} to {}", base::format_duration(*interval),
        base::format_duration(kRepeatIntervalMin), base::format_duration(kRepeatIntervalMax)));
  options.interval = *interval;
  return options;
}

}  // namespace reinfer::app
