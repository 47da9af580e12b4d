// Puts a changed configuration in force without a restart: on SIGHUP, over HTTP, or because a file
// changed. The files are validated first; a wrong configuration changes nothing except a gauge, and
// its problems are logged and shown on the page. It has a thread of its own, because files may lie
// on a dead mount and token commands may hang. Main starts and stops it; main and the HTTP workers
// ask it to reload.
#pragma once

#include <atomic>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "app/probe_threads.h"
#include "base/log.h"
#include "base/mutex.h"
#include "config/files.h"
#include "credentials/stored_reads.h"
#include "model/partition.h"
#include "record/ledgers.h"
#include "routes/reload_route.h"

namespace reinfer::app {

// Each client that waits for a reload holds an HTTP worker.
inline constexpr std::size_t kReloadClientsMax = 4;
inline constexpr base::Nanoseconds kReloadWaitMax = std::chrono::seconds(60);

class Reloader {
 public:
  // `whole` was made from files with that fingerprint; the shard's part of it is in force.
  // `confined`: this process can start no program (app/sandbox.h), so no token_command. Everything
  // passed by reference outlives the reloader.
  Reloader(std::string config_file, std::uint64_t fingerprint,
           std::shared_ptr<const model::Plan> whole, model::Shard shard, record::Ledgers& ledgers,
           ProbeThreads& threads, credentials::StoredReads& stored_reads, const base::Log& log,
           bool confined);
  ~Reloader();

  // `look_interval`: how often to look whether a file has changed; absent: never.
  void start(std::optional<base::Nanoseconds> look_interval);
  // A reload under way ends soon, though it waits for a token command, and changes nothing. All
  // that wait for one are told.
  void request_stop();
  // Waits for the thread: for ever, if it reads a file on a dead mount.
  void join();

  // For any thread. Requests that come before the reload begins share it; `trigger` is for the log.

  // Returns at once.
  void request(std::string_view trigger);
  // Returns when the new plan is in force, or the problems.
  routes::ReloadReport reload(std::string_view trigger);

 private:
  using Clients = std::vector<std::promise<routes::ReloadReport>>;

  void run(std::optional<base::Nanoseconds> look_interval);
  // The trigger of the reload that was asked for; nullopt: it is time to look at the files, or to
  // stop.
  std::optional<std::string> wait_for_request(std::optional<base::Nanoseconds> time_max);
  static void answer(Clients& clients, const routes::ReloadReport& report);
  void reload_if_changed();
  // Puts the files in force, and tells the service manager when it begins and ends.
  routes::ReloadReport apply(const std::vector<config::ConfigFile>& files,
                             std::string_view trigger);
  routes::ReloadReport put_in_force(const std::vector<config::ConfigFile>& files,
                                    std::string_view trigger);
  routes::ReloadReport refuse(const base::Problems& problems, std::string_view trigger);

  // Constant after construction.
  const std::string config_file_;
  const model::Shard shard_;
  record::Ledgers& ledgers_;
  ProbeThreads& threads_;
  credentials::StoredReads& stored_reads_;
  const base::Log& log_;
  const bool confined_;

  std::atomic<bool> stopping_{false};

  base::Mutex mutex_;
  base::Condition changed_;
  // Of a reload that was asked for and has not begun.
  std::optional<std::string> trigger_ REINFER_GUARDED_BY(mutex_);
  Clients next_clients_ REINFER_GUARDED_BY(mutex_);  // wait for that one
  Clients clients_ REINFER_GUARDED_BY(mutex_);       // wait for the one under way

  // Of its own thread.
  std::shared_ptr<const model::Plan> whole_;  // tokens of other shards have been seen as well
  std::uint64_t fingerprint_;
  bool refused_ = false;  // the files as they are are not in force

  std::thread thread_;
};

}  // namespace reinfer::app
