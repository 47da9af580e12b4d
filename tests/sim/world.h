// A whole world in a bottle: real configuration text, plan, engine, judge, ledger and exposition;
// only the clock and the network are played. Stories read like the incident they replay:
//
//   World world(kAcme);
//   world.during(2h + 10min, 2h + 40min, "acme", fails(WireError::resolve));
//   world.run_for(24h);
//   CHECK(world.results("acme/dataset", Outcome::dns_error) == 60);
//
// After every run the invariants of the product are checked by check_invariants().
#pragma once

#include <functional>
#include <future>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "credentials/credentials.h"
#include "explain/verdict.h"
#include "probe/engine.h"
#include "probe/in_flight_limit.h"
#include "record/ledger.h"
#include "tests/sim/scripted_transport.h"
#include "tests/sim/virtual_clock.h"

namespace reinfer::tests {

// The far side's answer to a request; `random` is the world's.
using Behaviour = std::function<Answer(const model::Request& request, base::Random& random)>;

// A good reply for any catalogue probe that expects an object or nothing, in about `typical`.
Behaviour answers(base::Nanoseconds typical = std::chrono::milliseconds(60));
Behaviour replies(int status, std::string body);
Behaviour fails(model::WireError error, base::Nanoseconds after = std::chrono::milliseconds(30));
Behaviour never_answers();
// `bad` with probability `rate`, else `good`.
Behaviour sometimes(double rate, Behaviour bad, Behaviour good = answers());

class World {
 public:
  explicit World(std::string_view toml, std::uint64_t seed = sim_seed());
  explicit World(std::shared_ptr<const model::Plan> plan, std::uint64_t seed = sim_seed());

  // From `from` to `to` after the start, URLs that contain `what` behave so; later rules win.
  void during(base::Nanoseconds from, base::Nanoseconds to, std::string what, Behaviour behaviour);

  // Plays on, then checks the invariants.
  void run_for(base::Nanoseconds d);
  // The probe thread gets no CPU for so long.
  void stall(base::Nanoseconds d) { clock_.advance(d); }
  // From the next turn on the configuration is this.
  void reload(std::string_view toml);
  // The answer to a probe requested now, once it has been played.
  std::future<model::OnDemandAnswer> ask(const std::string& tenant, const std::string& probe,
                                         base::Nanoseconds time_max = std::chrono::minutes(1));
  void step_wall_clock(base::Nanoseconds d) { clock_.step_wall(d); }

  // By "tenant/probe".
  std::uint64_t results(std::string_view target, model::Outcome outcome) const;
  std::uint64_t skipped(std::string_view target, model::SkipReason reason) const;
  const record::TargetRecord record(std::string_view target) const;
  record::TenantRecord tenant(std::string_view name) const;
  record::Evidence evidence(std::string_view target) const;
  // Requests so far whose URL contains `what`.
  std::size_t requests_to(std::string_view what) const;
  std::uint64_t total_results() const;
  std::string metrics() const;
  record::Snapshot snapshot() const { return ledger_.snapshot(clock_.peek()); }
  explain::Verdict verdict(std::string_view tenant) const;
  // The verdict in words, moments in UTC.
  std::string said(std::string_view tenant) const;
  const std::vector<StartNote>& starts() const { return transport_.starts(); }
  base::Instant now() const { return clock_.peek(); }
  const model::Plan& plan() const { return *plan_; }

  void check_invariants();

 private:
  struct Rule {
    base::MonoTime from;
    base::MonoTime to;
    std::string what;
    Behaviour behaviour;
  };

  // The time of the last change of a target, and the counts at that time.
  struct Watch {
    base::Instant since;
    std::uint64_t accounted = 0;
    std::uint64_t ok_before = 0;  // that its histograms do not hold, since its buckets changed
  };

  std::size_t index_of(std::string_view target) const;
  void watch(const model::Plan* before);
  bool was_asked_for(base::MonoTime at) const;
  bool is_on_grid(const model::Target& target, base::MonoTime at) const;
  void check_slots(const record::Snapshot& snapshot, std::size_t index) const;
  // Of the requests since it was last called.
  void check_grid();

  VirtualClock clock_;
  std::shared_ptr<const model::Plan> plan_;
  base::Random random_;
  base::Instant started_;
  std::vector<Rule> rules_;
  base::Log log_ = base::Log::silent();
  ScriptedTransport transport_;
  record::Ledger ledger_;
  credentials::Credentials credentials_;
  probe::PaidBudget paid_;
  probe::InFlightLimit limit_;
  probe::Mailbox mailbox_;
  probe::Engine engine_;
  std::map<std::string, Watch> watches_;
  std::map<std::string, std::vector<model::Target>> targets_seen_;  // by URL, of all plans
  std::size_t starts_checked_ = 0;
  std::map<std::string, StartNote> last_starts_;  // by URL, of those that were checked
  std::set<base::MonoTime> asked_at_;             // times of requests for a probe outside the grid
};

}  // namespace reinfer::tests
