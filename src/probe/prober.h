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

namespace reinfer::probe {

class Prober {
 public:
  // Asked before a probe is repeated with a new token: may one more request of the target leave?
  using MayRepeat = std::function<bool(model::TargetIndex target)>;

  // Everything passed by reference outlives the prober. `seed` makes the request ids.
  Prober(
      const model::Plan& plan, const base::Clock& clock, transport::Transport& transport,
      credentials::Credentials& credentials, transport::ProbeIds& ids, const base::Log& log,
      std::uint64_t seed, MayRepeat may_repeat = [](model::TargetIndex) { return true; });

  enum class Start : std::uint8_t {
    sent,      // its result comes out of take() or advance()
    no_token,  // ended at once, its result is in `result`
    waits,     // nothing was sent: the tenant's first token is on its way
  };
  // Sends the target's one request, to be answered within `time_max` if that is less than its own
  // deadline. REQUIRES: !in_flight(target).
  Start start(model::TargetIndex target, std::optional<model::ProbeResult>& result,
              base::Nanoseconds time_max = base::Nanoseconds::max());

  // From now on `plan` holds. What is out goes on and is judged by what it was sent for; of a
  // target that is gone it is forgotten.
  void adopt(const model::Plan& plan, const model::PlanChange& change);

  // An exchange ended: adds to `results` what that finishes. False if it is none of the prober's.
  bool take(transport::Completion& completion, std::vector<model::ProbeResult>& results);

  // Sends due token fetches and settles probes that waited for a token; to be called once a turn.
  void advance(std::vector<model::ProbeResult>& results);
  // When advance() has something to do even if nothing ends.
  base::MonoTime next_event() const;

  // Probes that have been sent and have no result yet.
  std::size_t in_flight() const { return sent_.size() + held_.size(); }
  bool in_flight(model::TargetIndex target) const { return busy_.at(model::to_size(target)); }

 private:
  struct Sent {
    Started started;
    credentials::Token token;
    std::vector<model::Header> headers;
    std::optional<int> first_http_status;  // of the request before this one
    base::Nanoseconds time_max{};
    std::optional<model::Target> sent_for;  // what the target was, if a reload has changed it since
  };
  // Rejected, while another token is being fetched.
  struct Held {
    Sent sent;
    model::ProbeResult result;
    base::MonoTime until;
  };

  void send(Sent sent);
  void finish(Sent sent, model::Exchange exchange, std::vector<model::ProbeResult>& results);
  void repeat(Sent sent, model::ProbeResult rejected, std::vector<model::ProbeResult>& results);
  void deliver(model::ProbeResult result, std::vector<model::ProbeResult>& results);
  void note_token_taken(model::TargetIndex target, std::uint64_t number);

  // Constant after construction.
  const base::Clock& clock_;
  transport::Transport& transport_;
  credentials::Credentials& credentials_;
  transport::ProbeIds& ids_;
  const base::Log& log_;
  const MayRepeat may_repeat_;

  // Owned by the probe thread.
  const model::Plan* plan_;
  base::Random random_;
  std::unordered_map<std::uint64_t, Sent> sent_;
  std::vector<Held> held_;
  std::map<std::uint64_t, credentials::SourceId> fetches_;
  std::vector<bool> busy_;
  // By target, the number of the token that its last reply refused, and of the one that others of
  // the tenant could use after that: then a 401 is about a permission, and says nothing of the
  // token.
  std::vector<std::uint64_t> refused_;
  std::vector<std::uint64_t> refused_alone_;
};

}  // namespace reinfer::probe
