#include "probe/prober.h"

#include "base/check.h"
#include "probe/request.h"

namespace reinfer {

Prober::Prober(const Plan& plan, Transport& transport, Credentials& credentials, std::uint64_t seed)
    : plan_(plan),
      transport_(transport),
      credentials_(credentials),
      random_(seed),
      busy_(plan.targets().size()) {}

std::optional<ProbeResult> Prober::start(TargetIndex index, Instant now) {
  check(!in_flight(index), "a target has at most one probe in flight");
  const Target& target = plan_.target(index);
  Started started{index, now, random_.next_uuid()};
  TokenOrWhy token = credentials_.token(target.tenant);
  if (!token) return judge_token_unavailable(started, token.error());
  Request request = make_request(plan_, target, std::move(*token), started.request_id);
  started_.emplace(++last_id_, std::move(started));
  busy_.at(to_size(index)) = true;
  transport_.start(ProbeId{last_id_}, std::move(request));
  return std::nullopt;
}

std::vector<ProbeResult> Prober::poll(MonoTime until) {
  std::vector<ProbeResult> results;
  for (Completion& completion : transport_.poll(until))
    results.push_back(finish(std::move(completion)));
  return results;
}

ProbeResult Prober::finish(Completion completion) {
  const auto found = started_.find(static_cast<std::uint64_t>(completion.id));
  check(found != started_.end(), "a completion belongs to a probe in flight");
  const Started started = std::move(found->second);
  started_.erase(found);
  busy_.at(to_size(started.target)) = false;
  return judge(plan_.target(started.target), started, std::move(completion.exchange));
}

}  // namespace reinfer
