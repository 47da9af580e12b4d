#include "app/past_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <vector>

#include "base/duration.h"
#include "base/rfc3339.h"

namespace reinfer::app {
namespace {

constexpr std::size_t kLimitMax = 100000;

std::vector<std::string> fault_labels() {
  std::vector<std::string> labels;
  for (std::size_t i = 1; i < model::kFaultCount; ++i)
    labels.emplace_back(model::to_label(static_cast<model::Fault>(i)));
  return labels;
}

void add_history(CLI::App& command, PastGiven& given) {
  command.option_defaults()->group("History");
  command
      .add_option("--storage.path", given.storage_path,
                  "Folder of the history, as the exporter got it; it may be serving meanwhile")
      ->type_name("DIR");
  command
      .add_option("--since", given.since,
                  "Only what happened since then: 7d for seven days, or a time of UTC")
      ->type_name("DURATION|TIME");
  command.add_option("--limit", given.limit, "So many at most, the newest")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{1}, kLimitMax))
      ->capture_default_str();
}

void add_output(CLI::App& command, PastGiven& given) {
  command.option_defaults()->group("Output");
  command.add_flag("--json", given.json, "One JSON object a line");
  command
      .add_option("--color", given.colour, "auto (on a terminal, without NO_COLOR), always, never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
}

tl::expected<Since, std::string> understand_since(const std::string& text) {
  Since since;
  if (text.empty()) return since;
  since.ago = base::parse_duration(text);
  if (!since.ago) since.moment = base::parse_rfc3339(text);
  if (since.ago || since.moment) return since;
  return tl::unexpected(fmt::format("--since: \"{}\" is neither {} nor {}", text,
                                    base::kDurationForm, base::kRfc3339Form));
}

}  // namespace

void add_incidents(CLI::App& incidents, PastGiven& given) {
  add_history(incidents, given);
  incidents.add_option("--fault", given.fault, "Only those with this fault")
      ->check(CLI::IsMember(fault_labels()));
  add_output(incidents, given);
  incidents.add_option("target", given.target, "TENANT or TENANT/PROBE, all if none is given");
  incidents.footer(
      "Exit codes: 0 they are listed, also if there are none; 1 the history cannot be "
      "read; 2 the command line is wrong.");
}

void add_evidence(CLI::App& evidence, PastGiven& given) {
  add_history(evidence, given);
  add_output(evidence, given);
  evidence.add_option("target", given.target, "TENANT/PROBE");
  evidence.footer(
      "Kept are failures and the slowest good probes. Exit codes: 0 they are listed; 1 "
      "there are none, or the history cannot be read; 2 the command line is wrong.");
}

tl::expected<PastOptions, std::string> understand(const PastGiven& given, bool whole_target) {
  PastOptions options;
  options.storage_path = given.storage_path;
  options.limit = given.limit;
  options.json = given.json;
  if (given.storage_path.empty())
    return tl::unexpected<std::string>(
        "--storage.path is required: the folder that the exporter serves with");
  const std::size_t slash = given.target.find('/');
  options.tenant = given.target.substr(0, slash);
  if (slash != std::string::npos) options.probe = given.target.substr(slash + 1);
  const bool half = slash != std::string::npos && (options.tenant.empty() || options.probe.empty());
  if (half || (whole_target && slash == std::string::npos))
    return tl::unexpected(fmt::format("target: is \"{}\", allowed: {}", given.target,
                                      whole_target ? "TENANT/PROBE" : "TENANT or TENANT/PROBE"));
  for (std::size_t i = 1; i < model::kFaultCount; ++i)
    if (given.fault == model::to_label(static_cast<model::Fault>(i)))
      options.fault = static_cast<model::Fault>(i);
  auto since = understand_since(given.since);
  if (!since) return tl::unexpected(since.error());
  options.since = *since;
  return options;
}

}  // namespace reinfer::app
