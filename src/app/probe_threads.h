// The probe threads: each has its engine, its transport, its credentials and its part of the plan,
// and shares nothing with the others but the budget of paid probes. Made by main, which starts and
// stops them; reloads and probes on demand reach the thread they are for through its mailbox.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "app/options.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/thread_scheduling.h"
#include "model/partition.h"
#include "probe/engine.h"
#include "probe/mailbox.h"
#include "probe/paid_budget.h"
#include "record/ledgers.h"
#include "transport/transport.h"

namespace reinfer::app {

// How many threads the plan wants on a machine with so many processors: one until the probes of a
// second are more than one should have, and never more than it has tenants.
std::size_t probe_threads_for(const model::Plan& plan, std::size_t processors);

// Whoever waits holds a thread of the HTTP pool: most of them must be left for those who scrape.
inline constexpr std::size_t kOnDemandWaitersMax = 8;

class ProbeThreads {
 public:
  // Called once for each thread.
  using MakeTransport = std::function<std::unique_ptr<transport::Transport>()>;

  // As many as `ledgers` has parts, each for its part of `partition`. Everything passed by
  // reference outlives them.
  ProbeThreads(const model::Partition& partition, const base::Clock& clock,
               const MakeTransport& make_transport, probe::PaidBudget& paid,
               record::Ledgers& ledgers, const base::Log& log, std::uint64_t seed);
  // REQUIRES: stopped, if started.
  ~ProbeThreads();

  // Where the kernel refuses real time, the threads go on without it, with a warning.
  void start(base::Scheduling scheduling = base::Scheduling::fair);
  // Tells all of them, without waiting.
  void request_stop();
  void join();

  // For any thread.

  // Returns once every thread has adopted its part, or false if they are stopping.
  bool adopt(std::shared_ptr<const model::Plan> plan);
  // Probes and waits. More than kOnDemandWaitersMax at once are refused.
  model::OnDemandAnswer probe_now(const std::string& tenant, const std::string& probe,
                                  base::Nanoseconds time_max);

 private:
  struct Worker;

  bool take_realtime(bool warn) const;

  const base::Clock& clock_;
  record::Ledgers& ledgers_;
  const base::Log& log_;
  std::atomic<std::size_t> waiting_{0};
  std::atomic<bool> stopped_{false};
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace reinfer::app
