#include "app/reloader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/load_plan.h"
#include "credentials/credentials.h"

namespace reinfer::app {
namespace {

// `check` prints the rest.
constexpr std::size_t kProblemsToldMax = 20;

// The state of a source in use is already known, and a command may return another token each time
// it runs.
config::TokenInspector inspect_new_tokens(const model::Plan& in_force,
                                          std::function<bool()> given_up) {
  return [&in_force, given_up = std::move(given_up)](
             const model::TokenSource& source) -> std::optional<std::string> {
    const auto& tenants = in_force.tenants();
    const bool known =
        std::any_of(tenants.begin(), tenants.end(),
                    [&](const model::Tenant& tenant) { return tenant.token == source; });
    return known ? std::nullopt : credentials::inspect_token(source, given_up);
  };
}

}  // namespace

Reloader::Reloader(std::string config_file, std::uint64_t fingerprint,
                   std::shared_ptr<const model::Plan> whole, model::Shard shard,
                   record::Ledgers& ledgers, ProbeThreads& threads, const base::Log& log,
                   std::function<bool()> stop_is_pending)
    : config_file_(std::move(config_file)),
      shard_(shard),
      ledgers_(ledgers),
      threads_(threads),
      log_(log),
      stop_is_pending_(std::move(stop_is_pending)),
      whole_(std::move(whole)),
      fingerprint_(fingerprint) {}

routes::ReloadReport Reloader::reload(std::string_view trigger) {
  const std::lock_guard lock(mutex_);
  return apply(config::read_config_files(config_file_), trigger);
}

void Reloader::reload_if_changed() {
  const std::lock_guard lock(mutex_);
  const std::vector<config::ConfigFile> files = config::read_config_files(config_file_);
  if (config::fingerprint(files) != fingerprint_) apply(files, "a file changed");
}

routes::ReloadReport Reloader::apply(const std::vector<config::ConfigFile>& files,
                                     std::string_view trigger) {
  fingerprint_ = config::fingerprint(files);
  auto loaded =
      config::make_plan(files, inspect_new_tokens(*whole_, [this] { return is_stopping(); }));
  if (is_stopping()) return {{"the exporter is stopping"}};
  if (!loaded) return refuse(loaded.error(), trigger);
  const auto whole = std::make_shared<const model::Plan>(std::move(*loaded));
  const auto plan = model::shard_of(whole, shard_);
  const auto before = model::shard_of(std::exchange(whole_, whole), shard_);
  if (!threads_.adopt(plan)) return {{"the exporter is stopping"}};
  const model::PlanDifference difference = model::count_differences(*before, *plan);
  log_.info("configuration reloaded", {{"trigger", trigger},
                                       {"added", difference.added},
                                       {"removed", difference.removed},
                                       {"changed", difference.changed},
                                       {"unchanged", difference.unchanged}});
  return {};
}

routes::ReloadReport Reloader::refuse(const base::Problems& problems, std::string_view trigger) {
  routes::ReloadReport report;
  for (const base::Problem& problem : problems) {
    if (report.problems.size() == kProblemsToldMax) {
      report.problems.push_back(
          fmt::format("and {} more (reinfer_exporter check --config.file={} tells all)",
                      problems.size() - kProblemsToldMax, config_file_));
      break;
    }
    report.problems.push_back(base::to_string(problem));
  }
  log_.error("configuration not reloaded, the old one stays in force",
             {{"trigger", trigger}, {"problems", problems.size()}});
  for (const std::string& problem : report.problems)
    log_.error("problem in the configuration", {{"problem", problem}});
  ledgers_.record_reload_failed(report.problems);
  return report;
}

}  // namespace reinfer::app
