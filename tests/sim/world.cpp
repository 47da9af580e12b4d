#include "tests/sim/world.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>

#include "config/load.h"
#include "expose/metrics.h"

namespace reinfer {
namespace {

using namespace std::chrono_literals;

std::shared_ptr<const Plan> plan_of(std::string_view toml) {
  auto plan = parse_plan(toml, "world.toml", [](const TokenSource&) { return std::nullopt; });
  if (!plan)
    for (const Problem& problem : plan.error())
      MESSAGE(to_string(problem));
  REQUIRE(plan.has_value());
  return std::make_shared<const Plan>(std::move(*plan));
}

// Log-normal around `typical`, as latencies are.
Nanoseconds spread(Nanoseconds typical, Random& random) {
  const double u = random.next_unit() + 1e-12;
  const double v = random.next_unit();
  const double normal = std::sqrt(-2 * std::log(u)) * std::cos(6.283185307179586 * v);
  return from_seconds(to_seconds(typical) * std::exp(0.3 * normal));
}

Answer reply_in(Nanoseconds total, int status, std::string body) {
  Answer answer;
  answer.after = total;
  Exchange& exchange = answer.exchange;
  exchange.http_status = status;
  exchange.body = std::move(body);
  exchange.phases.connect = total / 10;
  exchange.phases.send = 20us;
  exchange.phases.wait = total * 8 / 10;
  exchange.phases.receive = total / 20;
  const double server_ms = to_seconds(total) * 1e3 * 0.6;
  exchange.headers = {{"Content-Type", "application/json"},
                      {"Server-Timing", fmt::format("total;dur={:.1f}", server_ms)}};
  return answer;
}

}  // namespace

Behaviour answers(Nanoseconds typical) {
  return [typical](const Request& request, Random& random) {
    if (request.url.find("nonexistent_page") != std::string::npos)
      return reply_in(spread(typical, random), 404,
                      R"({"message":"404 Not Found","status":"error"})");
    return reply_in(spread(typical, random), 200,
                    R"({"status":"ok","dataset":{},"source":{},"projects":[],"streams":[]})");
  };
}

Behaviour replies(int status, std::string body) {
  return [status, body = std::move(body)](const Request&, Random& random) {
    return reply_in(spread(40ms, random), status, body);
  };
}

Behaviour fails(WireError error, Nanoseconds after) {
  return [error, after](const Request&, Random&) {
    Answer answer;
    answer.after = after;
    answer.exchange.error = error;
    answer.exchange.phases.resolve = after;
    return answer;
  };
}

Behaviour never_answers() {
  return [](const Request&, Random&) { return Answer{Exchange{}, std::chrono::hours(24 * 365)}; };
}

Behaviour sometimes(double rate, Behaviour bad, Behaviour good) {
  return [=](const Request& request, Random& random) {
    return random.next_unit() < rate ? bad(request, random) : good(request, random);
  };
}

World::World(std::string_view toml, std::uint64_t seed)
    : plan_(plan_of(toml)),
      random_(seed),
      started_(clock_.now()),
      transport_(clock_),
      ledger_(plan_, clock_.now()),
      credentials_(*plan_, log_),
      paid_(*plan_, "", log_),
      engine_(*plan_, clock_, transport_, credentials_, paid_, ledger_, log_, seed) {
  setenv("SIM_TOKEN", "simulated-token", 1);
  transport_.set_script([this, healthy = answers()](const Request& request, Instant now) {
    for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule)
      if (rule->from <= now.mono && now.mono < rule->to &&
          request.url.find(rule->what) != std::string::npos)
        return rule->behaviour(request, random_);
    return healthy(request, random_);
  });
}

void World::during(Nanoseconds from, Nanoseconds to, std::string what, Behaviour behaviour) {
  rules_.push_back(
      {started_.mono + from, started_.mono + to, std::move(what), std::move(behaviour)});
}

void World::run_for(Nanoseconds d) {
  const MonoTime end = clock_.now().mono + d;
  while (clock_.now().mono < end)
    engine_.step(end);
  check_invariants();
}

std::size_t World::index_of(std::string_view name) const {
  for (std::size_t i = 0; i < plan_->targets().size(); ++i) {
    const Target& target = plan_->targets()[i];
    if (target.tenant_name + "/" + target.probe == name) return i;
  }
  FAIL("no such target: " << name);
  return 0;
}

const TargetRecord World::record(std::string_view target) const {
  return ledger_.snapshot(clock_.now()).targets[index_of(target)];
}

std::uint64_t World::results(std::string_view target, Outcome outcome) const {
  return record(target).outcomes[static_cast<std::size_t>(outcome)];
}

std::uint64_t World::skipped(std::string_view target, SkipReason reason) const {
  return record(target).skipped[static_cast<std::size_t>(reason)];
}

TenantRecord World::tenant(std::string_view name) const {
  for (std::size_t i = 0; i < plan_->tenants().size(); ++i)
    if (plan_->tenants()[i].name == name) return ledger_.snapshot(clock_.now()).tenants[i];
  FAIL("no such tenant: " << name);
  return {};
}

History World::history(std::string_view target) const {
  return ledger_.history(TargetIndex(index_of(target)));
}

std::size_t World::requests_to(std::string_view what) const {
  const auto& starts = transport_.starts();
  return static_cast<std::size_t>(std::count_if(
      starts.begin(), starts.end(),
      [&](const StartNote& note) { return note.url.find(what) != std::string::npos; }));
}

std::uint64_t World::total_results() const {
  std::uint64_t sum = 0;
  for (const TargetRecord& record : ledger_.snapshot(clock_.now()).targets)
    sum += record.results();
  return sum;
}

std::string World::metrics() const {
  ServerFacts server;
  server.scrape_duration = Histogram(scrape_duration_edges());
  return render_metrics(ledger_.snapshot(clock_.now()), server, ProcessStats{});
}

void World::check_invariants() const {
  const Snapshot snapshot = ledger_.snapshot(clock_.now());
  for (std::size_t i = 0; i < snapshot.targets.size(); ++i)
    check_slots(snapshot, i);
  check_grid();
}

// Every slot is accounted for, and what was counted in one place was counted in the other.
void World::check_slots(const Snapshot& snapshot, std::size_t index) const {
  const Target& target = plan_->targets()[index];
  const TargetRecord& record = snapshot.targets[index];
  CAPTURE(target.tenant_name);
  CAPTURE(target.probe);
  // The grid, worked out anew: points of wall time as it read at the start.
  const Nanoseconds first = started_.wall.time_since_epoch() - phase_of(grid_of(target));
  const Nanoseconds last = first + (snapshot.taken.mono - started_.mono);
  const auto before = static_cast<std::uint64_t>((first - 1ns) / target.interval);
  const auto slots = static_cast<std::uint64_t>(last / target.interval) - before;
  // The slots of this very moment are taken by the next turn.
  const bool one_pending = last % target.interval == 0ns;
  const std::uint64_t accounted = record.results() + record.skips() + (record.in_flight ? 1 : 0);
  CHECK(accounted + (one_pending ? 1 : 0) >= slots);
  CHECK(accounted <= slots);
  CHECK(record.duration.count() == record.outcomes[static_cast<std::size_t>(Outcome::ok)]);
  CHECK(record.network_overhead.count() <= record.server_processing.count());
}

// Nothing is sent early, off its grid, or while the target's last request is out, and nothing is
// out for longer than it may.
void World::check_grid() const {
  std::map<std::string, const Target*> by_url;
  for (const Target& target : plan_->targets())
    by_url[target.url] = &target;
  std::map<const Target*, const StartNote*> last;
  for (const StartNote& note : transport_.starts()) {
    if (by_url.count(note.url) == 0) continue;  // a control or a token server
    const Target& target = *by_url[note.url];
    const StartNote* before = std::exchange(last[&target], &note);
    const Nanoseconds since_grid_zero = started_.wall.time_since_epoch() +
                                        (note.at.mono - started_.mono) - phase_of(grid_of(target));
    // A probe may be repeated between its slots, with another token.
    const bool repeated = before != nullptr && before->bearer != note.bearer;
    if (!repeated && since_grid_zero % target.interval > lateness_max(target.interval))
      FAIL_CHECK("off the grid: " << note.url);
    if (before != nullptr && before->ends > note.at.mono) FAIL_CHECK("two at once: " << note.url);
    if (note.ends - note.at.mono > note.deadline) FAIL_CHECK("too long: " << note.url);
  }
}

}  // namespace reinfer
