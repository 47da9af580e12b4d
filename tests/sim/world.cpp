#include "tests/sim/world.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <numeric>
#include <utility>

#include "config/load_plan.h"
#include "metrics/metrics.h"

namespace reinfer::tests {
namespace {

using namespace std::chrono_literals;

std::shared_ptr<const model::Plan> plan_of(std::string_view toml) {
  auto plan = config::parse_plan(toml, "world.toml",
                                 [](const model::TokenSource&) { return std::nullopt; });
  if (!plan)
    for (const base::Problem& problem : plan.error())
      MESSAGE(base::to_string(problem));
  REQUIRE(plan.has_value());
  return std::make_shared<const model::Plan>(std::move(*plan));
}

// Log-normal around `typical`, as latencies are.
base::Nanoseconds spread(base::Nanoseconds typical, base::Random& random) {
  const double u = random.next_unit() + 1e-12;
  const double v = random.next_unit();
  const double normal = std::sqrt(-2 * std::log(u)) * std::cos(6.283185307179586 * v);
  return base::from_seconds(base::to_seconds(typical) * std::exp(0.3 * normal));
}

Answer reply_in(base::Nanoseconds total, int status, std::string body) {
  Answer answer;
  answer.after = total;
  model::Exchange& exchange = answer.exchange;
  exchange.http_status = status;
  exchange.body = std::move(body);
  exchange.phases.connect = total / 10;
  exchange.phases.send = 20us;
  exchange.phases.wait = total * 8 / 10;
  exchange.phases.receive = total / 20;
  const double server_ms = base::to_seconds(total) * 1e3 * 0.6;
  exchange.headers = {{"Content-Type", "application/json"},
                      {"Server-Timing", fmt::format("total;dur={:.1f}", server_ms)}};
  return answer;
}

}  // namespace

Behaviour answers(base::Nanoseconds typical) {
  return [typical](const model::Request& request, base::Random& random) {
    if (request.url.find("nonexistent_page") != std::string::npos)
      return reply_in(spread(typical, random), 404,
                      R"({"message":"404 Not Found","status":"error"})");
    return reply_in(spread(typical, random), 200,
                    R"({"status":"ok","dataset":{},"source":{},"projects":[],"streams":[]})");
  };
}

Behaviour replies(int status, std::string body) {
  return [status, body = std::move(body)](const model::Request&, base::Random& random) {
    return reply_in(spread(40ms, random), status, body);
  };
}

Behaviour fails(model::WireError error, base::Nanoseconds after) {
  return [error, after](const model::Request&, base::Random&) {
    Answer answer;
    answer.after = after;
    answer.exchange.error = error;
    answer.exchange.phases.resolve = after;
    return answer;
  };
}

Behaviour never_answers() {
  return [](const model::Request&, base::Random&) {
    return Answer{model::Exchange{}, std::chrono::hours(24 * 365)};
  };
}

Behaviour sometimes(double rate, Behaviour bad, Behaviour good) {
  return [=](const model::Request& request, base::Random& random) {
    return random.next_unit() < rate ? bad(request, random) : good(request, random);
  };
}

World::World(std::string_view toml, std::uint64_t seed) : World(plan_of(toml), seed) {}

World::World(std::shared_ptr<const model::Plan> plan, std::uint64_t seed)
    : clock_(seed),
      plan_(std::move(plan)),
      random_(seed),
      started_(clock_.peek()),
      transport_(clock_),
      ledger_(plan_, clock_.peek()),
      credentials_(*plan_, log_),
      paid_("", log_),
      mailbox_(transport_),
      engine_(plan_, clock_, transport_, credentials_, paid_, limit_, ledger_, mailbox_, log_,
              seed) {
  setenv("SIM_TOKEN", "simulated-token", 1);
  watch(nullptr);
  transport_.set_script(
      [this, healthy = answers()](const model::Request& request, base::Instant now) {
        for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule)
          if (rule->from <= now.mono && now.mono < rule->to &&
              request.url.find(rule->what) != std::string::npos)
            return rule->behaviour(request, random_);
        return healthy(request, random_);
      });
}

void World::during(base::Nanoseconds from, base::Nanoseconds to, std::string what,
                   Behaviour behaviour) {
  rules_.push_back(
      {started_.mono + from, started_.mono + to, std::move(what), std::move(behaviour)});
}

void World::run_for(base::Nanoseconds d) {
  const base::MonoTime end = clock_.peek().mono + d;
  while (clock_.peek().mono < end)
    engine_.step(end);
  check_invariants();
}

void World::reload(std::string_view toml) {
  const std::shared_ptr<const model::Plan> before = std::exchange(plan_, plan_of(toml));
  mailbox_.post(plan_);
  watch(before.get());
}

std::future<model::OnDemandAnswer> World::ask(const std::string& tenant, const std::string& probe,
                                              base::Nanoseconds time_max) {
  asked_at_.insert(clock_.peek().mono);
  return mailbox_.post_request(tenant, probe, time_max);
}

// Notes the facts of the new plan that the invariants need.
void World::watch(const model::Plan* before) {
  const record::Snapshot snapshot = ledger_.snapshot(clock_.peek());
  for (const model::Target& target : plan_->targets()) {
    targets_seen_[target.url].push_back(target);
    Watch watch{clock_.peek(), 0, 0};
    bool goes_on = false;
    for (std::size_t i = 0; before != nullptr && i < before->targets().size(); ++i) {
      const model::Target& old = before->targets()[i];
      if (old.tenant_name != target.tenant_name || old.probe != target.probe) continue;
      const record::TargetRecord& record = snapshot.targets[i];
      watch.accounted = record.results() + record.skips() + (record.in_flight ? 1 : 0);
      watch.ok_before = old.buckets == target.buckets
                            ? watches_.at(target.tenant_name + "/" + target.probe).ok_before
                            : record.outcomes[static_cast<std::size_t>(model::Outcome::ok)];
      goes_on = old.interval == target.interval && old.buckets == target.buckets;
    }
    if (!goes_on) watches_[target.tenant_name + "/" + target.probe] = watch;
  }
}

std::size_t World::index_of(std::string_view name) const {
  for (std::size_t i = 0; i < plan_->targets().size(); ++i) {
    const model::Target& target = plan_->targets()[i];
    if (target.tenant_name + "/" + target.probe == name) return i;
  }
  FAIL("no such target: " << name);
  return 0;
}

const record::TargetRecord World::record(std::string_view target) const {
  return ledger_.snapshot(clock_.peek()).targets[index_of(target)];
}

std::uint64_t World::results(std::string_view target, model::Outcome outcome) const {
  return record(target).outcomes[static_cast<std::size_t>(outcome)];
}

std::uint64_t World::skipped(std::string_view target, model::SkipReason reason) const {
  return record(target).skipped[static_cast<std::size_t>(reason)];
}

record::TenantRecord World::tenant(std::string_view name) const {
  for (std::size_t i = 0; i < plan_->tenants().size(); ++i)
    if (plan_->tenants()[i].name == name) return ledger_.snapshot(clock_.peek()).tenants[i];
  FAIL("no such tenant: " << name);
  return {};
}

record::Evidence World::evidence(std::string_view target) const {
  const model::Target& known = plan_->targets()[index_of(target)];
  return ledger_.evidence(known.tenant_name, known.probe)->evidence;
}

std::size_t World::requests_to(std::string_view what) const {
  const auto& starts = transport_.starts();
  return static_cast<std::size_t>(std::count_if(
      starts.begin(), starts.end(),
      [&](const StartNote& note) { return note.url.find(what) != std::string::npos; }));
}

std::uint64_t World::total_results() const {
  std::uint64_t sum = 0;
  for (const record::TargetRecord& record : ledger_.snapshot(clock_.peek()).targets)
    sum += record.results();
  return sum;
}

std::string World::metrics() const {
  return metrics::render_metrics(ledger_.snapshot(clock_.peek()), {}, metrics::ProcessStats{});
}

explain::Verdict World::verdict(std::string_view name) const {
  const record::Snapshot snapshot = ledger_.snapshot(clock_.peek());
  for (std::size_t i = 0; i < plan_->tenants().size(); ++i)
    if (plan_->tenants()[i].name == name) return explain::judge_tenants(snapshot).at(i);
  FAIL("no such tenant: " << name);
  return {};
}

std::string World::said(std::string_view tenant) const {
  return explain::sentence(verdict(tenant), clock_.peek().wall);
}

void World::check_invariants() {
  const record::Snapshot snapshot = ledger_.snapshot(clock_.peek());
  for (std::size_t i = 0; i < snapshot.targets.size(); ++i)
    check_slots(snapshot, i);
  check_grid();
}

// Every slot is accounted for, and the counts agree with each other.
void World::check_slots(const record::Snapshot& snapshot, std::size_t index) const {
  const model::Target& target = plan_->targets()[index];
  const record::TargetRecord& record = snapshot.targets[index];
  CAPTURE(target.tenant_name);
  CAPTURE(target.probe);
  const Watch& watch = watches_.at(target.tenant_name + "/" + target.probe);
  // The grid, worked out anew: points of wall time as it read when the target came.
  const base::Nanoseconds first =
      watch.since.wall.time_since_epoch() - schedule::phase_of(schedule::grid_of(target));
  const base::Nanoseconds last = first + (snapshot.taken.mono - watch.since.mono);
  const auto before = static_cast<std::uint64_t>((first - 1ns) / target.interval);
  const auto slots = static_cast<std::uint64_t>(last / target.interval) - before;
  // The next turn takes slots of this moment, and a new plan is adopted a moment after its reload.
  const bool last_pending = last % target.interval < kReadingSlack;
  const bool first_missed =
      (target.interval - first % target.interval) % target.interval < kReadingSlack;
  const std::uint64_t accounted =
      record.results() + record.skips() + (record.in_flight ? 1 : 0) - watch.accounted;
  CHECK(accounted + (last_pending ? 1 : 0) + (first_missed ? 1 : 0) >= slots);
  CHECK(accounted <= slots);
  CHECK(record.duration.count() + watch.ok_before ==
        record.outcomes[static_cast<std::size_t>(model::Outcome::ok)]);
  CHECK(record.network_overhead.count() <= record.server_processing.count());
  for (const record::EventCount& count : record.objectives)
    CHECK(std::accumulate(count.excluded.begin(), count.excluded.end(), count.events) <=
          record.results());
}

bool World::is_on_grid(const model::Target& target, base::MonoTime at) const {
  const base::Nanoseconds since_grid_zero = started_.wall.time_since_epoch() +
                                            (at - started_.mono) -
                                            schedule::phase_of(schedule::grid_of(target));
  // The clock was read again after it was decided that the slot is not too late.
  return since_grid_zero % target.interval <=
         schedule::lateness_max(target.interval) + kReadingSlack;
}

// Whether a request that was sent at `at` answers an ask() of a moment before.
bool World::was_asked_for(base::MonoTime at) const {
  const auto after = asked_at_.upper_bound(at);
  return after != asked_at_.begin() && at - *std::prev(after) < kReadingSlack;
}

// Nothing is sent early, off its grid, or while the target's last request is out, and nothing is
// out for longer than it may.
void World::check_grid() {
  for (; starts_checked_ < transport_.starts().size(); ++starts_checked_) {
    const StartNote& note = transport_.starts()[starts_checked_];
    const auto known = targets_seen_.find(note.url);
    if (known == targets_seen_.end()) continue;  // a control or a token server
    if (note.ends - note.at.mono > note.deadline) FAIL_CHECK("too long: " << note.url);
    if (was_asked_for(note.at.mono)) continue;
    const auto [last, first] = last_starts_.try_emplace(note.url, note);
    // A probe may be repeated between its slots, with another token.
    const bool repeated = !first && last->second.bearer != note.bearer;
    const bool on_grid =
        std::any_of(known->second.begin(), known->second.end(),
                    [&](const model::Target& target) { return is_on_grid(target, note.at.mono); });
    if (!repeated && !on_grid) FAIL_CHECK("off the grid: " << note.url);
    if (!first && last->second.ends > note.at.mono) FAIL_CHECK("two at once: " << note.url);
    last->second = note;
  }
}

}  // namespace reinfer::tests
