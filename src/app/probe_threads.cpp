#include "app/probe_threads.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <system_error>

#include "base/hash.h"
#include "base/thread_name.h"
#include "base/thread_scheduling.h"
#include "credentials/credentials.h"

namespace reinfer::app {
namespace {

// A thread could do many times as many, but each TLS handshake takes a few milliseconds and delays
// the slots that come due meanwhile: at this rate, one slot in thirty. More threads than processors
// help too: the kernel can preempt a handshake, its own thread cannot.
constexpr double kProbesPerSecond = 12;
constexpr std::size_t kThreadsPerProcessor = 4;

}  // namespace

std::size_t probe_threads_for(const model::Plan& plan, std::size_t processors) {
  double per_second = 0;
  for (const model::Target& target : plan.targets())
    per_second += 1 / base::to_seconds(target.interval);
  const auto wanted = static_cast<std::size_t>(std::ceil(per_second / kProbesPerSecond));
  const std::size_t most = std::min({std::max<std::size_t>(processors, 1) * kThreadsPerProcessor,
                                     model::parts_max(plan), kProbeThreadsMax});
  return std::clamp<std::size_t>(wanted, 1, std::max<std::size_t>(most, 1));
}

// Destroyed in reverse order: each member after those that refer to it.
struct ProbeThreads::Worker {
  Worker(std::shared_ptr<const model::Plan> part, const base::Clock& clock,
         std::unique_ptr<transport::Transport> own, const credentials::ReadStored& read_stored,
         probe::PaidBudget& paid, probe::InFlightLimit& limit, record::Ledger& ledger,
         const base::Log& log, std::uint64_t seed)
      : transport(std::move(own)),
        credentials(*part, log, read_stored),
        mailbox(*transport),
        engine(std::move(part), clock, *transport, credentials, paid, limit, ledger, mailbox, log,
               seed) {}

  std::unique_ptr<transport::Transport> transport;
  credentials::Credentials credentials;
  probe::Mailbox mailbox;
  probe::Engine engine;
  std::atomic<std::uint64_t> turns{0};
  std::thread thread;
};

ProbeThreads::ProbeThreads(const model::Partition& partition, const base::Clock& clock,
                           const MakeTransport& make_transport,
                           const credentials::ReadStored& read_stored, probe::PaidBudget& paid,
                           record::Ledgers& ledgers, const base::Log& log, std::uint64_t seed)
    : clock_(clock), ledgers_(ledgers), log_(log) {
  for (std::size_t i = 0; i < partition.parts.size(); ++i)
    workers_.push_back(std::make_unique<Worker>(partition.parts[i], clock, make_transport(),
                                                read_stored, paid, limit_, ledgers.part(i), log,
                                                base::stable_hash("probe thread", seed + i)));
}

ProbeThreads::~ProbeThreads() {
  request_stop();
  join();
}

void ProbeThreads::start(base::Scheduling scheduling) {
  for (std::size_t i = 0; i < workers_.size(); ++i)
    workers_[i]->thread = std::thread([this, i, scheduling, &worker = *workers_[i]]() noexcept {
      base::name_thread(fmt::format("probe-{}", i + 1));
      if (scheduling == base::Scheduling::realtime && take_realtime(i == 0))
        ledgers_.part(i).record_realtime();
      else
        base::ask_for_short_slices();
      worker.engine.run([this, &worker] {
        ++worker.turns;
        return stopped_.load();
      });
    });
}

// A priority refused to one thread is refused to all.
bool ProbeThreads::take_realtime(bool warn) const {
  const int refused = base::ask_for_realtime();
  if (refused != 0 && warn)
    log_.warn("probe threads have no real-time priority",
              {{"refused", std::generic_category().message(refused)},
               {"needs", "CAP_SYS_NICE or a limit on real-time priority (RLIMIT_RTPRIO) of 1"}});
  return refused == 0;
}

void ProbeThreads::request_stop() {
  stopped_ = true;
  wake();
}

void ProbeThreads::wake() {
  for (auto& worker : workers_)
    worker->transport->wake();
}

std::vector<std::uint64_t> ProbeThreads::turns() const {
  std::vector<std::uint64_t> counts;
  for (const auto& worker : workers_)
    counts.push_back(worker->turns);
  return counts;
}

void ProbeThreads::join() {
  for (auto& worker : workers_)
    if (worker->thread.joinable()) worker->thread.join();
}

bool ProbeThreads::adopt(std::shared_ptr<const model::Plan> plan) {
  const model::Partition before = ledgers_.partition();
  model::Partition partition = model::partition_plan(std::move(plan), workers_.size(), &before);
  const auto parts = partition.parts;
  std::vector<bool> adopted;
  ledgers_.adopt(std::move(partition), clock_.now(), [&] {
    for (std::size_t i = 0; i < workers_.size(); ++i)
      workers_[i]->mailbox.post(parts[i]);
    for (const auto& worker : workers_)
      adopted.push_back(worker->mailbox.wait_until_adopted());
    return adopted;
  });
  return std::find(adopted.begin(), adopted.end(), false) == adopted.end();
}

model::OnDemandAnswer ProbeThreads::probe_now(const std::string& tenant, const std::string& probe,
                                              base::Nanoseconds time_max,
                                              std::stop_token given_up) {
  const bool may_wait = ++waiting_ <= kOnDemandConcurrentMax;
  const auto part = ledgers_.part_of(tenant);
  model::OnDemandAnswer answer = tl::unexpected(model::Refusal::limit);
  if (!part)
    answer = tl::unexpected(model::Refusal::unknown_target);
  else if (may_wait)
    answer = workers_[*part]->mailbox.ask(tenant, probe, time_max, std::move(given_up));
  --waiting_;
  return answer;
}

}  // namespace reinfer::app
