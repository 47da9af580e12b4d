// Probes in flight: sends a target's request with its tenant's token and turns the exchange into a
// judged result. It also sends the token requests of Credentials, and repeats a probe once when its
// token was replaced at the source. The Engine's schedule and the `probe` command run through this
// same code. Owned by one probe thread. It knows no grid and no ledger, and reads no clock: the
// caller reads it once for each decision and passes the time down.
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
  // Whether one more request of the target may be sent at `now`. Called before a probe is repeated
  // with a new token.
  using MayRepeat = std::function<bool(model::TargetIndex target, base::Instant now)>;

  // Everything passed by reference outlives the prober. `seed` makes the request ids.
  Prober(
      const model::Plan& plan, transport::Transport& transport,
      credentials::Credentials& credentials, transport::ProbeIds& ids, const base::Log& log,
      std::uint64_t seed,
      MayRepeat may_repeat = [](model::TargetIndex, base::Instant) { return true; });

  // The result of start(). The caller accounts for the slot by it.
  struct [[nodiscard]] Start {
    enum class Kind : std::uint8_t {
      sent,      // take() or advance() will return the result
      no_token,  // the probe has ended: `result` holds its result
      waits,     // nothing was sent: the tenant's first token is being fetched
    };
    Kind kind = Kind::sent;
    std::optional<model::ProbeResult> result;
  };
  // Sends the target's one request with `token`, which the caller has asked Credentials for at
  // `now`. The reply must come within `time_max` if that is less than the target's own deadline.
  // REQUIRES: !in_flight(target).
  Start start(model::TargetIndex target,
              tl::expected<credentials::Token, credentials::NoToken> token, base::Instant now,
              base::Nanoseconds time_max = base::Nanoseconds::max());

  // From now on `plan` holds. A probe in flight continues and is judged by the target as it was
  // when the probe was sent; the probe of a removed target is forgotten.
  void adopt(const model::Plan& plan, const model::PlanChange& change);

  // An exchange ended: appends the results that it completes. False if the exchange belongs to
  // somebody else.
  bool take(transport::Completion& completion, base::Instant now,
            std::vector<model::ProbeResult>& results);

  // Sends due token requests and completes probes that waited for a token. Call it once a turn.
  void advance(base::Instant now, std::vector<model::ProbeResult>& results);
  // When advance() has work even if no exchange ends.
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
    std::optional<model::Target> sent_for;  // the target then, if a reload has changed it since
  };
  // A probe whose token was rejected, while another token is being fetched.
  struct Held {
    Sent sent;
    model::ProbeResult result;
    base::MonoTime until;
  };

  void send(Sent sent);
  void finish(Sent sent, model::Exchange exchange, base::Instant now,
              std::vector<model::ProbeResult>& results);
  void repeat(Sent sent, model::ProbeResult rejected, base::Instant now,
              std::vector<model::ProbeResult>& results);
  void deliver(model::ProbeResult result, std::vector<model::ProbeResult>& results);

  // Constant after construction.
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
  std::map<std::uint64_t, credentials::TokenSourceId> fetches_;
  std::vector<bool> busy_;
};

}  // namespace reinfer::probe
