// Reads stored secrets for threads that must not wait for a file: it may lie on a dead mount, and a
// read of it returns hours later or never. A thread of its own reads; the probe threads ask for a
// result and get it or come again. Main starts and stops it. It keeps the newest result of each
// source and judges none; token_state.cpp does.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "credentials/stored_secret.h"
#include "model/plan.h"

namespace reinfer::credentials {

// The result of a read that began at `since` or later; nullopt: not there yet, ask again.
using ReadStored = std::function<std::optional<StoredSecret>(const model::SecretSource& source,
                                                             base::MonoTime since)>;

// Reads at once, however long that takes: for commands and simulations.
std::optional<StoredSecret> read_directly(const model::SecretSource& source, base::MonoTime since);

inline constexpr base::Nanoseconds kPrefetchTimeMax = std::chrono::seconds(1);

class StoredReads {
 public:
  ~StoredReads();

  // std::system_error if there is no thread.
  void start();
  // Waits for the thread: for ever, if it reads a file on a dead mount.
  void stop();

  // For any thread.

  // As ReadStored says; never waits.
  std::optional<StoredSecret> read(const model::SecretSource& source, base::MonoTime since);
  // Reads all stored sources of the plan, so that its first probes find their tokens. Returns after
  // kPrefetchTimeMax even if one is missing.
  void prefetch(const model::Plan& plan);

 private:
  struct Known {
    std::optional<StoredSecret> result;
    base::MonoTime begun{};  // when the read of `result` began
    base::MonoTime asked{};  // when somebody last asked
    bool wanted = false;
  };

  void run();
  void forget_unused(base::MonoTime now) REINFER_REQUIRES(mutex_);
  bool all_read(const std::vector<model::SecretSource>& files, base::MonoTime since)
      REINFER_REQUIRES(mutex_);

  base::Mutex mutex_;
  base::Condition changed_;
  std::map<std::string, Known> files_ REINFER_GUARDED_BY(mutex_);  // by path
  bool stopped_ REINFER_GUARDED_BY(mutex_) = false;

  std::thread thread_;
};

}  // namespace reinfer::credentials
