#include "probe/prober.h"

#include <algorithm>
#include <string>

#include "base/check.h"
#include "probe/request.h"

namespace reinfer::probe {
namespace {

std::uint64_t key_of(transport::ProbeId id) {
  return static_cast<std::uint64_t>(id);
}

// Whether the API checked the token and accepted it. It may answer an unknown route, or fail,
// before that check.
bool took_token(const model::ProbeResult& result) {
  const bool success = result.http_status && *result.http_status < 300;
  return (result.outcome == model::Outcome::ok && success) ||
         result.outcome == model::Outcome::forbidden;
}

void shorten(model::Deadlines& deadlines, base::Nanoseconds time_max) {
  for (base::Nanoseconds* limit :
       {&deadlines.total, &deadlines.resolve, &deadlines.connect, &deadlines.tls})
    *limit = std::min(*limit, time_max);
}

}  // namespace

Prober::Prober(const model::Plan& plan, transport::Transport& transport,
               credentials::Credentials& credentials, transport::ProbeIds& ids,
               const base::Log& log, std::uint64_t seed, MayRepeat may_repeat)
    : transport_(transport),
      credentials_(credentials),
      ids_(ids),
      log_(log),
      may_repeat_(std::move(may_repeat)),
      plan_(&plan),
      random_(seed),
      busy_(plan.targets().size()) {}

void Prober::adopt(const model::Plan& plan, const model::PlanChange& change) {
  const model::Plan& before = *std::exchange(plan_, &plan);
  const auto move = [&](Sent& sent) {
    const model::TargetIndex old = sent.started.target;
    const auto now = change.targets_now.at(model::to_size(old));
    if (!now) return false;
    sent.started.target = *now;
    if (!sent.sent_for && !model::is_unchanged(before.target(old), plan.target(*now)))
      sent.sent_for = before.target(old);
    return true;
  };
  for (auto entry = sent_.begin(); entry != sent_.end();)
    entry = move(entry->second) ? std::next(entry) : sent_.erase(entry);
  for (Held& held : std::exchange(held_, {})) {
    if (!move(held.sent)) continue;
    held.result.target = held.sent.started.target;
    held_.push_back(std::move(held));
  }
  busy_ = model::carry_over(change.targets, busy_, [](std::size_t) { return false; });
}

Prober::Start Prober::start(model::TargetIndex index,
                            tl::expected<credentials::Token, credentials::NoToken> token,
                            base::Instant now, base::Nanoseconds time_max) {
  base::check(!in_flight(index), "a target has at most one probe in flight");
  if (!token && token.error().pending) return {Start::Kind::waits, std::nullopt};
  Started started{index, now, random_.next_uuid(), base::Secret{}};
  if (!token) return {Start::Kind::no_token, judge_token_unavailable(started, token.error().why)};
  busy_.at(model::to_size(index)) = true;
  send({std::move(started), std::move(*token), {}, std::nullopt, time_max, std::nullopt});
  return {Start::Kind::sent, std::nullopt};
}

void Prober::send(Sent sent) {
  const model::Target& target = plan_->target(sent.started.target);
  model::Request request = make_request(*plan_, target, sent.token.secret, sent.started.request_id);
  shorten(request.deadlines, sent.time_max);
  sent.headers = request.headers;
  sent.started.bearer = sent.token.secret;
  const transport::ProbeId id = ids_.next();
  sent_.emplace(key_of(id), std::move(sent));
  transport_.start(id, std::move(request));
}

bool Prober::take(transport::Completion& completion, base::Instant now,
                  std::vector<model::ProbeResult>& results) {
  if (auto probe = sent_.extract(key_of(completion.id))) {
    finish(std::move(probe.mapped()), std::move(completion.exchange), now, results);
    return true;
  }
  const auto fetch = fetches_.find(key_of(completion.id));
  if (fetch == fetches_.end()) return false;
  credentials_.fetched(fetch->second, completion.exchange, now);
  fetches_.erase(fetch);
  return true;
}

void Prober::finish(Sent sent, model::Exchange exchange, base::Instant now,
                    std::vector<model::ProbeResult>& results) {
  const model::Target& target = plan_->target(sent.started.target);
  model::ProbeResult result =
      judge(sent.sent_for ? *sent.sent_for : target, sent.started, std::move(exchange));
  result.first_http_status = sent.first_http_status;
  result.request_headers = std::move(sent.headers);
  if (took_token(result)) credentials_.accepted(sent.started.target, sent.token, sent.started.at);
  if (result.outcome != model::Outcome::unauthorized) return deliver(std::move(result), results);

  const credentials::Rejection next = credentials_.rejected(sent.started.target, sent.token, now);
  // Once only: an API that rejects the new token as well means it.
  if (sent.first_http_status || next == credentials::Rejection::unchanged)
    return deliver(std::move(result), results);
  if (next == credentials::Rejection::replaced)
    return repeat(std::move(sent), std::move(result), now, results);
  held_.push_back({std::move(sent), std::move(result), now.mono + target.deadlines.total});
}

void Prober::repeat(Sent sent, model::ProbeResult rejected, base::Instant now,
                    std::vector<model::ProbeResult>& results) {
  const model::Target& target = plan_->target(sent.started.target);
  auto token = credentials_.token(target.tenant, now);
  // The new token may have expired as well.
  if (!token || !may_repeat_(sent.started.target, now))
    return deliver(std::move(rejected), results);
  log_.info("token was replaced, probe repeated with the new one",
            {{"tenant", target.tenant_name}, {"probe", target.probe}});
  send({{sent.started.target, now, random_.next_uuid(), base::Secret{}},
        std::move(*token),
        {},
        rejected.http_status,
        sent.time_max,
        std::nullopt});
}

void Prober::deliver(model::ProbeResult result, std::vector<model::ProbeResult>& results) {
  busy_.at(model::to_size(result.target)) = false;
  results.push_back(std::move(result));
}

void Prober::advance(base::Instant now, std::vector<model::ProbeResult>& results) {
  while (auto fetch = credentials_.take_fetch(now)) {
    const transport::ProbeId id = ids_.next();
    fetches_.emplace(key_of(id), fetch->source);
    transport_.start(id, std::move(fetch->request));
  }
  for (Held& held : std::exchange(held_, {})) {
    const model::TenantIndex tenant = plan_->target(held.sent.started.target).tenant;
    const auto token = credentials_.token(tenant, now);
    if (token && token->number != held.sent.token.number)
      repeat(std::move(held.sent), std::move(held.result), now, results);
    else if (credentials_.is_settling(tenant, now) && now.mono < held.until)
      held_.push_back(std::move(held));
    else
      deliver(std::move(held.result), results);
  }
}

base::MonoTime Prober::next_event() const {
  base::MonoTime next = credentials_.next_event();
  for (const Held& held : held_)
    next = std::min(next, held.until);
  return next;
}

}  // namespace reinfer::probe
