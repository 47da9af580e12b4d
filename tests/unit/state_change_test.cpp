#include "probe/state_change.h"

#include <doctest/doctest.h>

#include <vector>

namespace reinfer::tests::state_change_test {
namespace {

using namespace std::chrono_literals;
using Kind = probe::StateChange::Kind;

const base::MonoTime kStart{1000h};

std::string told(const std::optional<probe::StateChange>& change) {
  return change ? probe::describe(*change, "acme/dataset") : "";
}

TEST_CASE("a change is told with how long the state before had lasted") {
  probe::StateTracker keeper;
  CHECK(told(keeper.take(model::Outcome::ok, kStart)) == "acme/dataset: first result is ok");
  CHECK(told(keeper.take(model::Outcome::ok, kStart + 1h)).empty());
  CHECK(told(keeper.take(model::Outcome::server_error, kStart + 192min)) ==
        "acme/dataset: ok -> server_error after 3 h 12 min");
  CHECK(told(keeper.take(model::Outcome::gateway_error, kStart + 193min)) ==
        "acme/dataset: server_error -> gateway_error after 1 min 0 s");
  CHECK(told(keeper.take(model::Outcome::ok, kStart + 194min)) ==
        "acme/dataset: gateway_error -> ok after 1 min 0 s");
}

TEST_CASE("a failure that lasts is told of every ten minutes, with what was left out") {
  probe::StateTracker keeper;
  keeper.take(model::Outcome::ok, kStart);
  keeper.take(model::Outcome::dns_error, kStart + 1min);
  std::vector<probe::StateChange> lines;
  for (int i = 1; i <= 60; ++i)
    if (const auto change = keeper.take(model::Outcome::dns_error, kStart + 1min + i * 30s))
      lines.push_back(*change);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == probe::StateChange{Kind::still, model::Outcome::dns_error,
                                       model::Outcome::dns_error, 10min, 0, 19});
  CHECK(probe::describe(lines[2], "acme/dataset") ==
        "acme/dataset: still dns_error after 30 min 0 s");
}

TEST_CASE("a target that flaps has a few lines a minute and a count, and its last state is told") {
  probe::StateTracker keeper;
  keeper.take(model::Outcome::ok, kStart);
  std::uint64_t lines = 0;
  std::uint64_t changes_told = 0;
  base::MonoTime now = kStart;
  for (int i = 0; i < 600; ++i) {
    now += 1s;
    const auto change =
        keeper.take(i % 2 == 0 ? model::Outcome::bad_body : model::Outcome::ok, now);
    if (!change) continue;
    ++lines;
    changes_told += change->kind == Kind::settled ? change->changes_left_out : 1;
  }
  CHECK(lines <= 10 * probe::kChangesLoggedMax);
  CHECK(lines >= 10);
  // It stays ok: after the minute it is told, though ok may have been told before the flapping.
  std::vector<probe::StateChange> after;
  for (int i = 0; i < 120; ++i) {
    now += 1s;
    if (const auto change = keeper.take(model::Outcome::ok, now)) after.push_back(*change);
  }
  REQUIRE(after.size() == 1);
  CHECK(after[0].kind == Kind::settled);
  CHECK(after[0].outcome == model::Outcome::ok);
  CHECK(changes_told + after[0].changes_left_out == 600);
  CHECK(probe::describe(after[0], "a/b").rfind("a/b: ok now, ", 0) == 0);
}

TEST_CASE("one change left out is one") {
  probe::StateChange change{
      probe::StateChange::Kind::settled, model::Outcome::bad_body, model::Outcome::ok, {}};
  change.changes_left_out = 1;
  CHECK(probe::describe(change, "a/b") == "a/b: ok now, 1 change was left out");
  change.changes_left_out = 2;
  CHECK(probe::describe(change, "a/b") == "a/b: ok now, 2 changes were left out");
}

TEST_CASE("a success that nothing came before is no change twice") {
  probe::StateTracker keeper;
  keeper.take(model::Outcome::ok, kStart);
  for (int i = 1; i < 1000; ++i)
    CHECK_FALSE(keeper.take(model::Outcome::ok, kStart + i * 1min).has_value());
}

}  // namespace
}  // namespace reinfer::tests::state_change_test
