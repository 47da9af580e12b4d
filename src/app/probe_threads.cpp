#include "app/probe_threads.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <system_error>

#include "base/hash.h"
#include "base/thread_name.h"
#include "base/thread_scheduling.h"
#include "credentials/credentials.h"

namespace reinfer {
namespace {

// A thread does many times as many, but its handshakes, of a few milliseconds each, make the slots
// that are due meanwhile wait: with these it is one slot in thirty. More threads than processors
// help as well: the kernel can take the processor from a handshake, its own thread cannot.
constexpr double kProbesPerSecond = 12;
constexpr std::size_t kThreadsPerProcessor = 4;

}  // namespace

std::size_t probe_threads_for(const Plan& plan, std::size_t processors) {
  double per_second = 0;
  for (const Target& target : plan.targets())
    per_second += 1 / to_seconds(target.interval);
  const auto wanted = static_cast<std::size_t>(std::ceil(per_second / kProbesPerSecond));
  const std::size_t most = std::min({std::max<std::size_t>(processors, 1) * kThreadsPerProcessor,
                                     plan.tenants().size(), kProbeThreadsMax});
  return std::clamp<std::size_t>(wanted, 1, std::max<std::size_t>(most, 1));
}

// Destroyed in reverse: whoever refers to something goes before it.
struct ProbeThreads::Lane {
  Lane(std::shared_ptr<const Plan> part, const Clock& clock, std::unique_ptr<Transport> own,
       PaidBudget& paid, Ledger& ledger, const Log& log, std::uint64_t seed)
      : transport(std::move(own)),
        credentials(*part, log),
        mailbox(*transport),
        engine(std::move(part), clock, *transport, credentials, paid, ledger, mailbox, log, seed) {}

  std::unique_ptr<Transport> transport;
  Credentials credentials;
  Mailbox mailbox;
  Engine engine;
  std::thread thread;
};

ProbeThreads::ProbeThreads(const Division& division, const Clock& clock,
                           const MakeTransport& make_transport, PaidBudget& paid, Ledgers& ledgers,
                           const Log& log, std::uint64_t seed)
    : clock_(clock), ledgers_(ledgers), log_(log) {
  for (std::size_t i = 0; i < division.parts.size(); ++i)
    lanes_.push_back(std::make_unique<Lane>(division.parts[i], clock, make_transport(), paid,
                                            ledgers.part(i), log,
                                            stable_hash("probe thread", seed + i)));
}

ProbeThreads::~ProbeThreads() = default;

void ProbeThreads::start(Scheduling scheduling) {
  for (std::size_t i = 0; i < lanes_.size(); ++i)
    lanes_[i]->thread = std::thread([this, i, scheduling, &engine = lanes_[i]->engine]() noexcept {
      name_thread(fmt::format("probe-{}", i + 1));
      if (scheduling == Scheduling::realtime && take_realtime(i == 0))
        ledgers_.part(i).record_realtime();
      else
        ask_for_short_slices();
      engine.run([this] { return stopped_.load(); });
    });
}

// What one thread is refused, all are.
bool ProbeThreads::take_realtime(bool warn) const {
  const int refused = ask_for_realtime();
  if (refused != 0 && warn)
    log_.warn("probe threads have no real-time priority",
              {{"refused", std::generic_category().message(refused)},
               {"needs", "CAP_SYS_NICE or a limit on real-time priority (RLIMIT_RTPRIO) of 1"}});
  return refused == 0;
}

void ProbeThreads::request_stop() {
  stopped_ = true;
  for (auto& lane : lanes_)
    lane->transport->wake();
}

void ProbeThreads::join() {
  for (auto& lane : lanes_)
    if (lane->thread.joinable()) lane->thread.join();
}

bool ProbeThreads::adopt(std::shared_ptr<const Plan> plan) {
  Division division = divide(std::move(plan), lanes_.size());
  const auto parts = division.parts;
  std::vector<bool> adopted;
  ledgers_.adopt(std::move(division), clock_.now(), [&] {
    for (std::size_t i = 0; i < lanes_.size(); ++i)
      lanes_[i]->mailbox.post(parts[i]);
    for (const auto& lane : lanes_)
      adopted.push_back(lane->mailbox.wait_until_adopted());
    return adopted;
  });
  return std::find(adopted.begin(), adopted.end(), false) == adopted.end();
}

OnDemandAnswer ProbeThreads::probe_now(const std::string& tenant, const std::string& probe,
                                       Nanoseconds time_max) {
  const bool may_wait = ++waiting_ <= kWaitersMax;
  Mailbox& mailbox = lanes_[part_of(tenant, lanes_.size())]->mailbox;
  OnDemandAnswer answer =
      may_wait ? mailbox.demand(tenant, probe, time_max).get() : tl::unexpected(Refusal::limit);
  --waiting_;
  return answer;
}

}  // namespace reinfer
