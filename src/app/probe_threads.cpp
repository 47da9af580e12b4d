#include "app/probe_threads.h"

#include <algorithm>
#include <cmath>

#include "base/hash.h"
#include "credentials/credentials.h"

namespace reinfer {
namespace {

// A thread does several times as many, but then a handshake makes others wait.
constexpr double kProbesPerSecond = 100;

}  // namespace

std::size_t probe_threads_for(const Plan& plan, std::size_t processors) {
  double per_second = 0;
  for (const Target& target : plan.targets())
    per_second += 1 / to_seconds(target.interval);
  const auto wanted = static_cast<std::size_t>(std::ceil(per_second / kProbesPerSecond));
  const std::size_t most =
      std::min({std::max<std::size_t>(processors, 1), plan.tenants().size(), kProbeThreadsMax});
  return std::clamp<std::size_t>(wanted, 1, std::max<std::size_t>(most, 1));
}

// Destroyed in reverse: whoever refers to something goes before it.
struct ProbeThreads::Lane {
  Lane(std::shared_ptr<const Plan> part, const Clock& clock, PaidBudget& paid, Ledger& ledger,
       const Log& log, std::uint64_t seed)
      : credentials(*part, log),
        mailbox(transport),
        engine(std::move(part), clock, transport, credentials, paid, ledger, mailbox, log, seed) {}

  CurlTransport transport;
  Credentials credentials;
  Mailbox mailbox;
  Engine engine;
  std::thread thread;
};

ProbeThreads::ProbeThreads(const Division& division, const Clock& clock, PaidBudget& paid,
                           Ledgers& ledgers, const Log& log, std::uint64_t seed)
    : ledgers_(ledgers) {
  for (std::size_t i = 0; i < division.parts.size(); ++i)
    lanes_.push_back(std::make_unique<Lane>(division.parts[i], clock, paid, ledgers.part(i), log,
                                            stable_hash("probe thread", seed + i)));
}

ProbeThreads::~ProbeThreads() = default;

void ProbeThreads::start() {
  for (auto& lane : lanes_)
    lane->thread = std::thread([this, &engine = lane->engine]() noexcept {
      engine.run([this] { return stopped_.load(); });
    });
}

void ProbeThreads::request_stop() {
  stopped_ = true;
  for (auto& lane : lanes_)
    lane->transport.wake();
}

void ProbeThreads::join() {
  for (auto& lane : lanes_)
    if (lane->thread.joinable()) lane->thread.join();
}

bool ProbeThreads::adopt(std::shared_ptr<const Plan> plan) {
  Division division = divide(std::move(plan), lanes_.size());
  const auto parts = division.parts;
  return ledgers_.adopt(std::move(division), [&] {
    for (std::size_t i = 0; i < lanes_.size(); ++i)
      lanes_[i]->mailbox.post(parts[i]);
    // All of them are waited for, even if one is gone: none may be left between two plans.
    return std::count_if(lanes_.begin(), lanes_.end(), [](const auto& lane) {
             return lane->mailbox.wait_until_adopted();
           }) == static_cast<std::ptrdiff_t>(lanes_.size());
  });
}

std::future<OnDemandAnswer> ProbeThreads::demand(const std::string& tenant,
                                                 const std::string& probe, Nanoseconds time_max) {
  return lanes_[part_of(tenant, lanes_.size())]->mailbox.demand(tenant, probe, time_max);
}

}  // namespace reinfer
