// Puts a changed configuration in force without a restart: on SIGHUP, over HTTP, or because a file
// changed. The files are validated first; a wrong configuration changes nothing except a gauge, and
// its problems are logged and shown on the page. Called by main and by the HTTP pool, one at a
// time.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "app/probe_threads.h"
#include "base/log.h"
#include "config/files.h"
#include "model/partition.h"
#include "record/ledgers.h"
#include "routes/reload_route.h"

namespace reinfer::app {

class Reloader {
 public:
  // `whole` was made from files with that fingerprint; the shard's part of it is in force.
  // Everything passed by reference outlives the reloader. `stop_is_pending`: whether main has been
  // told to stop and has not heard of it yet, because it is reloading; any thread.
  Reloader(
      std::string config_file, std::uint64_t fingerprint, std::shared_ptr<const model::Plan> whole,
      model::Shard shard, record::Ledgers& ledgers, ProbeThreads& threads, const base::Log& log,
      std::function<bool()> stop_is_pending = [] { return false; });

  // Returns when the new plan is in force, or the problems. `trigger` is for the log.
  routes::ReloadReport reload(std::string_view trigger);
  // The same if a file was changed, added or removed since the last attempt.
  void reload_if_changed();
  // A reload under way ends soon, though it waits for a token command, and changes nothing.
  void request_stop() { stopping_ = true; }

 private:
  routes::ReloadReport apply(const std::vector<config::ConfigFile>& files,
                             std::string_view trigger);
  bool is_stopping() const { return stopping_ || stop_is_pending_(); }
  routes::ReloadReport refuse(const base::Problems& problems, std::string_view trigger);

  // Constant after construction.
  const std::string config_file_;
  const model::Shard shard_;
  record::Ledgers& ledgers_;
  ProbeThreads& threads_;
  const base::Log& log_;
  const std::function<bool()> stop_is_pending_;

  std::atomic<bool> stopping_{false};

  // Guarded by mutex_.
  std::mutex mutex_;
  std::shared_ptr<const model::Plan> whole_;  // tokens of other shards have been seen as well
  std::uint64_t fingerprint_;
};

}  // namespace reinfer::app
