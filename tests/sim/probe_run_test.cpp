#include <doctest/doctest.h>

#include <cstdlib>
#include <limits>
#include <map>
#include <string>

#include "config/load_plan.h"
#include "probe/probe_run.h"
#include "tests/sim/scripted_transport.h"
#include "tests/sim/world.h"

namespace reinfer::tests::probe_run_test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kTenant = R"(
[[tenant]]
name = "acme"
base_url = "https://cloud.uipath.com/acme/prod/reinfer_"
token_env = "SIM_TOKEN"
timeout = "10s"
  [[tenant.probe]]
  use = "projects"
  [[tenant.probe]]
  use = "dataset"
  project = "demo"
  dataset = "support"
)";

// ProbeRun over a scripted network, played to their end.
class Played {
 public:
  explicit Played(std::uint64_t rounds, base::Nanoseconds interval, Behaviour behaviour,
                  std::string_view toml = kTenant,
                  std::size_t at_once = std::numeric_limits<std::size_t>::max())
      : plan_(plan_of(toml)),
        transport_(clock_),
        credentials_(*plan_, log_),
        paid_("", log_),
        rounds_(*plan_, clock_, transport_, credentials_, paid_, log_, 1,
                {{model::TargetIndex{0}, model::TargetIndex{1}}, rounds, interval, at_once}) {
    transport_.set_script([this, behaviour](const model::Request& request, base::Instant) {
      return behaviour(request, random_);
    });
  }

  void turn() {
    const probe::ProbeRunUpdate update = rounds_.step();
    results_ += update.results.size();
    for (const model::ProbeResult& result : update.results)
      ++outcomes_[result.outcome];
    for (const probe::ProbeRunSkip& skip : update.skips)
      skipped_[skip.reason] += skip.count;
  }
  void play() {
    while (!rounds_.done())
      turn();
  }

  std::uint64_t results() const { return results_; }
  std::uint64_t outcomes(model::Outcome outcome) { return outcomes_[outcome]; }
  std::uint64_t skipped(model::SkipReason reason) { return skipped_[reason]; }
  std::uint64_t skips() const {
    std::uint64_t sum = 0;
    for (const auto& [reason, count] : skipped_)
      sum += count;
    return sum;
  }
  const std::vector<StartNote>& starts() const { return transport_.starts(); }
  void stall(base::Nanoseconds d) { clock_.advance(d); }

 private:
  static std::shared_ptr<const model::Plan> plan_of(std::string_view toml) {
    setenv("SIM_TOKEN", "simulated-token", 1);
    auto plan = config::parse_plan(toml, "rounds.toml",
                                   [](const model::TokenSource&) { return std::nullopt; });
    REQUIRE(plan.has_value());
    return std::make_shared<const model::Plan>(std::move(*plan));
  }

  VirtualClock clock_;
  std::shared_ptr<const model::Plan> plan_;
  base::Log log_ = base::Log::silent();
  base::Random random_{1};
  ScriptedTransport transport_;
  credentials::Credentials credentials_;
  probe::PaidBudget paid_;
  probe::ProbeRun rounds_;
  std::uint64_t results_ = 0;
  std::map<model::Outcome, std::uint64_t> outcomes_;
  std::map<model::SkipReason, std::uint64_t> skipped_;
};

TEST_CASE("once is once, at once") {
  Played once(1, 0s, answers());
  once.play();
  CHECK(once.results() == 2);
  CHECK(once.starts().size() == 2);
  CHECK(once.starts()[1].at.mono - once.starts()[0].at.mono < kReadingSlack);
}

TEST_CASE("rounds keep a fixed grid, however long a probe takes") {
  Played played(50, 2s, answers(300ms));
  played.play();
  CHECK(played.results() == 100);
  CHECK(played.skips() == 0);
  const base::MonoTime first = played.starts().front().at.mono;
  for (const StartNote& start : played.starts())
    CHECK((start.at.mono - first + kReadingSlack) % 2s < 2 * kReadingSlack);
  CHECK(played.starts().back().at.mono - first < 98s + kReadingSlack);
}

TEST_CASE("one at a time, the second is sent when the first has ended") {
  Played played(3, 2s, answers(300ms), kTenant, 1);
  played.play();
  CHECK(played.results() == 6);
  CHECK(played.skips() == 0);
  for (std::size_t i = 0; i < 6; i += 2)
    CHECK(played.starts()[i + 1].at.mono - played.starts()[i].at.mono >= 300ms);
}

TEST_CASE("a slow target does not take the turn of those after it in every round") {
  Played played(20, 2s, never_answers(), kTenant, 1);
  played.play();
  CHECK(played.results() + played.skips() == 40);
  CHECK(played.skipped(model::SkipReason::limit) > 0);
  // Each takes 10 s, in turn.
  std::map<std::string, int> sent;
  for (const StartNote& start : played.starts())
    ++sent[start.url];
  CHECK(sent.size() == 2);
  for (const auto& [url, count] : sent)
    CHECK(count >= 2);
}

TEST_CASE("a slot that finds its probe still out is skipped and counted") {
  Played played(20, 2s, never_answers());
  played.play();
  // A probe times out after 10 s, just when its fifth following slot comes.
  CHECK(played.results() + played.skips() == 40);
  CHECK(played.skipped(model::SkipReason::overlap) == played.skips());
  CHECK(played.outcomes(model::Outcome::response_timeout) == played.results());
  CHECK(played.results() >= 6);
}

TEST_CASE("slots that a stall swallowed are counted, not caught up on") {
  Played played(30, 2s, answers());
  for (int i = 0; i < 6; ++i)
    played.turn();
  played.stall(20s);
  played.play();
  CHECK(played.results() + played.skips() == 60);
  CHECK(played.skipped(model::SkipReason::stall) >= 16);
  CHECK(played.skipped(model::SkipReason::stall) <= 20);
}

TEST_CASE("a repeated probe is as patient as it is asked to be") {
  const Behaviour throttled = [reply = replies(429, "{}")](const model::Request& request,
                                                           base::Random& random) {
    Answer answer = reply(request, random);
    answer.exchange.headers.push_back({"Retry-After", "20"});
    return answer;
  };
  Played played(30, 1s, throttled);
  played.play();
  CHECK(played.results() + played.skips() == 60);
  CHECK(played.outcomes(model::Outcome::throttled) <= 4);
  CHECK(played.skipped(model::SkipReason::throttled) >= 56);
}

TEST_CASE("a repeated probe stays within the tenant's budget of requests") {
  std::string toml(kTenant);
  toml.insert(toml.find("timeout"), "max_requests_per_minute = 10\n");
  Played played(60, 1s, answers(), toml);
  played.play();
  CHECK(played.results() == 10);
  CHECK(played.skipped(model::SkipReason::budget) == 110);
}

TEST_CASE("a dead token is not asked about again and again") {
  Played played(30, 1s, replies(401, R"({"status":"error","message":"no"})"));
  played.play();
  CHECK(played.outcomes(model::Outcome::unauthorized) <= 4);
  CHECK(played.skipped(model::SkipReason::credentials) >= 56);
}

}  // namespace
}  // namespace reinfer::tests::probe_run_test
