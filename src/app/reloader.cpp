#include "app/reloader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/service_notices.h"
#include "base/thread_name.h"
#include "config/load_plan.h"
#include "credentials/credentials.h"

namespace reinfer::app {
namespace {

// `check` prints the rest.
constexpr std::size_t kProblemsToldMax = 20;

// The trigger where the configuration is as it was refused, but not what it names: a token or a
// certificate may come after it.
constexpr std::string_view kAgain = "a file that it names changed";

routes::ReloadReport stopping_report() {
  return {{"the exporter is stopping"}};
}

// The state of a source in use is already known, and a command may return another token each time
// it runs.
config::TokenInspector inspect_new_tokens(const model::Plan& in_force, bool confined, bool again,
                                          std::function<bool()> given_up) {
  return [&in_force, confined, again, given_up = std::move(given_up)](
             const model::TokenSource& source) -> std::optional<std::string> {
    const auto& tenants = in_force.tenants();
    const bool known =
        std::any_of(tenants.begin(), tenants.end(),
                    [&](const model::Tenant& tenant) { return tenant.token == source; });
    if (!known && confined && source.kind == model::TokenSource::Kind::command)
      return "cannot run: this process was started without a token_command and has given up the "
             "right to start programs, restart it to add one";
    // A new token may end the one before, so a command is run when somebody asks, or once a change.
    if (!known && again && source.kind == model::TokenSource::Kind::command)
      return "is not tried again by itself";
    return known ? std::nullopt : credentials::inspect_token(source, given_up);
  };
}

}  // namespace

Reloader::Reloader(std::string config_file, std::uint64_t fingerprint,
                   std::shared_ptr<const model::Plan> whole, model::Shard shard,
                   record::Ledgers& ledgers, ProbeThreads& threads,
                   credentials::StoredReads& stored_reads, const base::Log& log, bool confined)
    : config_file_(std::move(config_file)),
      shard_(shard),
      ledgers_(ledgers),
      threads_(threads),
      stored_reads_(stored_reads),
      log_(log),
      confined_(confined),
      whole_(std::move(whole)),
      fingerprint_(fingerprint) {}

Reloader::~Reloader() {
  request_stop();
  join();
}

void Reloader::start(std::optional<base::Nanoseconds> look_interval) {
  thread_ = std::thread([this, look_interval]() noexcept {
    base::name_thread("reload");
    run(look_interval);
  });
}

void Reloader::request_stop() {
  const base::MutexLock lock(mutex_);
  stopping_ = true;
  answer(clients_, stopping_report());
  answer(next_clients_, stopping_report());
  changed_.notify_all();
}

void Reloader::answer(Clients& clients, const routes::ReloadReport& report) {
  for (auto& client : std::exchange(clients, {}))
    client.set_value(report);
}

void Reloader::join() {
  if (thread_.joinable()) thread_.join();
}

void Reloader::request(std::string_view trigger) {
  const base::MutexLock lock(mutex_);
  if (!trigger_) trigger_ = trigger;
  changed_.notify_all();
}

routes::ReloadReport Reloader::reload(std::string_view trigger) {
  std::future<routes::ReloadReport> report;
  {
    const base::MutexLock lock(mutex_);
    if (stopping_) return stopping_report();
    if (clients_.size() + next_clients_.size() >= kReloadClientsMax)
      return {{"too many clients wait for a reload"}};
    report = next_clients_.emplace_back().get_future();
    if (!trigger_) trigger_ = trigger;
    changed_.notify_all();
  }
  if (report.wait_for(kReloadWaitMax) == std::future_status::ready) return report.get();
  return {{"the reload has not ended yet, the log will say how it ended"}};
}

void Reloader::run(std::optional<base::Nanoseconds> look_interval) {
  while (!stopping_) {
    const std::optional<std::string> trigger = wait_for_request(look_interval);
    if (stopping_) break;
    if (!trigger) {
      reload_if_changed();
      continue;
    }
    const auto report = apply(config::read_config_files(config_file_), *trigger);
    const base::MutexLock lock(mutex_);
    answer(clients_, report);
  }
}

std::optional<std::string> Reloader::wait_for_request(std::optional<base::Nanoseconds> time_max) {
  base::MutexLock lock(mutex_);
  const auto is_wanted = [this]() REINFER_REQUIRES(mutex_) { return stopping_ || trigger_; };
  if (time_max)
    changed_.wait_for(lock, *time_max, is_wanted);
  else
    while (!is_wanted())
      changed_.wait(lock);
  clients_ = std::exchange(next_clients_, {});
  return std::exchange(trigger_, std::nullopt);
}

void Reloader::reload_if_changed() {
  const std::vector<config::ConfigFile> files = config::read_config_files(config_file_);
  if (config::fingerprint(files) != fingerprint_)
    apply(files, "a file changed");
  else if (refused_)
    put_in_force(files, kAgain);
}

routes::ReloadReport Reloader::apply(const std::vector<config::ConfigFile>& files,
                                     std::string_view trigger) {
  tell_reloading();
  routes::ReloadReport report = put_in_force(files, trigger);
  if (stopping_) return report;
  tell_ready(
      report.problems.empty()
          ? serving_status(*model::shard_of(whole_, shard_))
          : "the new configuration has problems and the old one stays in force, see the log");
  return report;
}

routes::ReloadReport Reloader::put_in_force(const std::vector<config::ConfigFile>& files,
                                            std::string_view trigger) {
  fingerprint_ = config::fingerprint(files);
  auto loaded = config::make_plan(files, inspect_new_tokens(*whole_, confined_, trigger == kAgain,
                                                            [this] { return stopping_.load(); }));
  if (stopping_) return stopping_report();
  if (!loaded) return refuse(loaded.error(), trigger);
  const auto whole = std::make_shared<const model::Plan>(std::move(*loaded));
  const auto plan = model::shard_of(whole, shard_);
  const auto before = model::shard_of(std::exchange(whole_, whole), shard_);
  stored_reads_.prefetch(*plan);
  if (!threads_.adopt(plan)) return stopping_report();
  if (trigger == kAgain) tell_ready(serving_status(*plan));
  refused_ = false;
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
  // Whoever asks is told each time; a look that finds the same files has nothing new to say.
  if (trigger == kAgain) return report;
  refused_ = true;
  log_.error("configuration not reloaded, the old one stays in force",
             {{"trigger", trigger}, {"problems", problems.size()}});
  for (const std::string& problem : report.problems)
    log_.error("problem in the configuration", {{"problem", problem}});
  ledgers_.record_reload_failed(report.problems);
  return report;
}

}  // namespace reinfer::app
