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

namespace reinfer {

// How many threads the plan wants on a machine with so many processors: one until the probes of a
// second are more than one should have, and never more than it has tenants.
std::size_t probe_threads_for(const Plan& plan, std::size_t processors);

// Whoever waits holds a thread of the HTTP pool: most of them must be left for those who scrape.
inline constexpr std::size_t kWaitersMax = 8;

class ProbeThreads {
 public:
  // Called once for each thread.
  using MakeTransport = std::function<std::unique_ptr<Transport>()>;

  // As many as `ledgers` has parts, each for its part of `division`. Everything passed by reference
  // outlives them.
  ProbeThreads(const Division& division, const Clock& clock, const MakeTransport& make_transport,
               PaidBudget& paid, Ledgers& ledgers, const Log& log, std::uint64_t seed);
  // REQUIRES: stopped, if started.
  ~ProbeThreads();

  // Where the kernel refuses real time, the threads go on without it, with a warning.
  void start(Scheduling scheduling = Scheduling::fair);
  // Tells all of them, without waiting.
  void request_stop();
  void join();

  // For any thread.

  // Returns once every thread has adopted its part, or false if they are stopping.
  bool adopt(std::shared_ptr<const Plan> plan);
  // Probes and waits. More than kWaitersMax at once are refused.
  OnDemandAnswer probe_now(const std::string& tenant, const std::string& probe,
                           Nanoseconds time_max);

 private:
  struct Lane;

  bool take_realtime(bool warn) const;

  const Clock& clock_;
  Ledgers& ledgers_;
  const Log& log_;
  std::atomic<std::size_t> waiting_{0};
  std::atomic<bool> stopped_{false};
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace reinfer
