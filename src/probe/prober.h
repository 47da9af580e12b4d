// Probes under way: sends a target's request with its tenant's token, and turns what comes back
// into a judged result. Also sends what Credentials wants fetched, and repeats a probe once when
// its token was replaced behind our back. Knows no grid and no ledger, so that the Engine's
// schedule and a one-shot `probe` run through the same code. Owned by one probe thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "credentials/credentials.h"
#include "model/plan.h"
#include "model/plan_change.h"
#include "model/probe_result.h"
#include "probe/judge.h"
#include "transport/transport.h"

namespace reinfer {

class Prober {
 public:
  // Asked before a probe is repeated with a new token: may one more request of the target leave?
  using MayRepeat = std::function<bool(TargetIndex target)>;

  // Everything passed by reference outlives the prober. `seed` makes the request ids.
  Prober(
      const Plan& plan, const Clock& clock, Transport& transport, Credentials& credentials,
      ProbeIds& ids, const Log& log, std::uint64_t seed,
      MayRepeat may_repeat = [](TargetIndex) { return true; });

  enum class Start : std::uint8_t {
    sent,      // its result comes out of take() or advance()
    no_token,  // ended at once, its result is in `result`
    waits,     // nothing was sent: the tenant's first token is on its way
  };
  // Sends the target's one request, to be answered within `time_max` if that is less than its own
  // deadline. REQUIRES: !in_flight(target).
  Start start(TargetIndex target, std::optional<ProbeResult>& result,
              Nanoseconds time_max = Nanoseconds::max());

  // From now on `plan` holds. What is out goes on and is judged by what it was sent for; of a
  // target that is gone it is forgotten.
  void adopt(const Plan& plan, const PlanChange& change);

  // An exchange ended: adds to `results` what that finishes. False if it is none of the prober's.
  bool take(Completion& completion, std::vector<ProbeResult>& results);

  // Sends due token fetches and settles probes that waited for a token; to be called once a turn.
  void advance(std::vector<ProbeResult>& results);
  // When advance() has something to do even if nothing ends.
  MonoTime next_event() const;

  // Probes that have been sent and have no result yet.
  std::size_t in_flight() const { return sent_.size() + held_.size(); }
  bool in_flight(TargetIndex target) const { return busy_.at(to_size(target)); }

 private:
  struct Sent {
    Started started;
    Token token;
    std::vector<Header> headers;
    std::optional<int> first_http_status;  // of the request before this one
    Nanoseconds time_max{};
    std::optional<Target> sent_for;  // what the target was, if a reload has changed it since
  };
  // Rejected, while another token is being fetched.
  struct Held {
    Sent sent;
    ProbeResult result;
    MonoTime until;
  };

  void send(Sent sent);
  void finish(Sent sent, Exchange exchange, std::vector<ProbeResult>& results);
  void repeat(Sent sent, ProbeResult rejected, std::vector<ProbeResult>& results);
  void deliver(ProbeResult result, std::vector<ProbeResult>& results);
  void note_token_taken(TargetIndex target, std::uint64_t number);

  // Constant after construction.
  const Clock& clock_;
  Transport& transport_;
  Credentials& credentials_;
  ProbeIds& ids_;
  const Log& log_;
  const MayRepeat may_repeat_;

  // Owned by the probe thread.
  const Plan* plan_;
  Random random_;
  std::unordered_map<std::uint64_t, Sent> sent_;
  std::vector<Held> held_;
  std::map<std::uint64_t, SourceId> fetches_;
  std::vector<bool> busy_;
  // By target, the number of the token that its last reply refused, and of the one that others of
  // the tenant could use after that: then a 401 is about a permission, and says nothing of the
  // token.
  std::vector<std::uint64_t> refused_;
  std::vector<std::uint64_t> refused_alone_;
};

}  // namespace reinfer
