// The probe threads: each has its engine, transport, credentials and part of the plan, and shares
// nothing with the others except the budget of paid probes. Made by main, which starts and stops
// them. Reloads and probes on demand reach the right thread through its mailbox; any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "app/options.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/thread_scheduling.h"
#include "credentials/stored_reads.h"
#include "model/partition.h"
#include "probe/engine.h"
#include "probe/in_flight_limit.h"
#include "probe/mailbox.h"
#include "probe/paid_budget.h"
#include "record/ledgers.h"
#include "transport/transport.h"

namespace reinfer::app {

// The default number of threads for the plan on a machine with so many processors: it grows with
// the probes per second and is at most the number of tenants, of which those that fetch one token
// count once.
std::size_t probe_threads_for(const model::Plan& plan, std::size_t processors);

// Each waiting request holds a thread of the HTTP pool, and most threads must be left for scrapes.
inline constexpr std::size_t kOnDemandConcurrentMax = 8;

class ProbeThreads {
 public:
  // Called once for each thread.
  using MakeTransport = std::function<std::unique_ptr<transport::Transport>()>;

  // One thread for each part of `ledgers` and `partition`. Everything passed by reference outlives
  // them.
  ProbeThreads(const model::Partition& partition, const base::Clock& clock,
               const MakeTransport& make_transport, const credentials::ReadStored& read_stored,
               probe::PaidBudget& paid, record::Ledgers& ledgers, const base::Log& log,
               std::uint64_t seed);
  // Stops them if they run.
  ~ProbeThreads();

  // If the kernel refuses a real-time priority, the threads run without it and log a warning.
  // std::system_error if it refuses a thread.
  void start(base::Scheduling scheduling = base::Scheduling::fair);
  // Asks all threads to stop, without waiting.
  void request_stop();
  void join();

  // For any thread.

  // Makes every loop turn soon, though nothing is due.
  void wake();
  // How often each thread's loop has turned, to see whether one is stuck.
  std::vector<std::uint64_t> turns() const;
  // Returns true once every thread has adopted its part, false if they are stopping.
  bool adopt(std::shared_ptr<const model::Plan> plan);
  // Runs one probe on demand and waits for it. More than kOnDemandConcurrentMax at once are
  // refused.
  // `given_up`: nobody waits for the answer any more.
  model::OnDemandAnswer probe_now(const std::string& tenant, const std::string& probe,
                                  base::Nanoseconds time_max, std::stop_token given_up = {});

 private:
  struct Worker;

  bool take_realtime(bool warn) const;

  const base::Clock& clock_;
  record::Ledgers& ledgers_;
  const base::Log& log_;
  std::atomic<std::size_t> waiting_{0};
  std::atomic<bool> stopped_{false};
  probe::InFlightLimit limit_;  // shared by all workers
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace reinfer::app
