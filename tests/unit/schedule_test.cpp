#include <doctest/doctest.h>

#include "schedule/schedule.h"
#include "tests/unit/plans.h"

namespace reinfer::tests::schedule_test {
namespace {

using namespace std::chrono_literals;

const base::Instant kStart{base::WallTime{1795392000s}, base::MonoTime{100s}};

TEST_CASE("the first slots come within one interval, at each target's phase of the wall clock") {
  const auto plan = plan_from(kTwoTenants);
  schedule::Schedule schedule(schedule::target_grids(*plan), kStart);
  std::vector<schedule::Due> due = schedule.take_due(kStart.mono + 60s - 1ns);
  REQUIRE(due.size() == 3);
  for (const schedule::Due& one : due) {
    const model::Target& target = plan->targets()[one.grid];
    const base::Nanoseconds wall = kStart.wall.time_since_epoch() + (one.slot - kStart.mono);
    CHECK((wall - schedule::phase_of(schedule::grid_of(target))) % target.interval == 0ns);
  }
}

TEST_CASE("each slot is handed out once, and next_due tells the next one") {
  const auto plan = plan_from(kTwoTenants);
  schedule::Schedule schedule(schedule::target_grids(*plan), kStart);
  std::map<std::size_t, int> slots;
  base::MonoTime last = kStart.mono;
  while (schedule.next_due() < kStart.mono + 10min) {
    const base::MonoTime next = schedule.next_due();
    CHECK(next >= last);
    last = next;
    for (const schedule::Due& due : schedule.take_due(next)) {
      CHECK(due.slot == next);
      CHECK(due.probe);
      CHECK(due.missed == 0);
      ++slots[due.grid];
    }
    CHECK(schedule.take_due(next).empty());
  }
  CHECK(slots[0] == 10);
  CHECK(slots[1] == 20);
  CHECK(slots[2] == 20);
}

TEST_CASE("what nobody asked for in time is missed, and the latest slot only if it is too late") {
  const auto plan = plan_from(kTwoTenants);
  const auto late_by = [&](base::Nanoseconds lateness) {
    schedule::Schedule schedule(schedule::target_grids(*plan), kStart);
    base::MonoTime first = schedule.next_due();
    const std::size_t grid = schedule.take_due(first)[0].grid;
    const base::Nanoseconds interval = plan->targets()[grid].interval;
    for (const schedule::Due& due : schedule.take_due(first + 4 * interval + lateness))
      if (due.grid == grid) return due;
    FAIL("the target is due");
    return schedule::Due{};
  };
  CHECK(late_by(0ns).missed == 3);
  CHECK(late_by(0ns).probe);
  CHECK(late_by(1s).probe);
  CHECK_FALSE(late_by(1s + 1ns).probe);
  CHECK(late_by(1s + 1ns).missed == 4);
}

TEST_CASE("a schedule of nothing is never due") {
  const auto plan = plan_from(kTwoTenants);
  schedule::Schedule schedule(schedule::target_grids(*plan), kStart);
  CHECK(schedule.take_due(kStart.mono - 1h).empty());
  CHECK(schedule::lateness_max(1s) == 500ms);
  CHECK(schedule::lateness_max(1min) == 1s);
}

TEST_CASE("the phase of a target never changes between releases") {
  const auto plan = plan_from(kTwoTenants);
  CHECK(schedule::phase_of(schedule::grid_of(plan->targets()[0])) ==
        schedule::phase_of(schedule::grid_of(plan->targets()[0])));
  CHECK(schedule::phase_of(schedule::grid_of(plan->targets()[0])) < plan->targets()[0].interval);
  CHECK(schedule::phase_of(schedule::grid_of(plan->targets()[0])) !=
        schedule::phase_of(schedule::grid_of(plan->targets()[1])));
}

TEST_CASE("a grid has the phase of its name, a control's of its own") {
  const auto plan = plan_from(R"(
[[control]]
name = "dns"
url = "https://control.example/"
interval = "20s"
)" + std::string(kTwoTenants));
  const std::vector<schedule::Grid> controls = schedule::control_grids(*plan);
  REQUIRE(controls.size() == 1);
  CHECK(controls[0].key == "control dns");
  CHECK(controls[0].interval == 20s);
  CHECK(schedule::target_grids(*plan).size() == 3);
  // The hash of a name, below its interval: a restart, and a release, must find the same grid.
  CHECK(schedule::phase_of({"control dns", 20s}) == 13426468856ns);
  CHECK(schedule::phase_of({"acme/dataset", 30s}) == 5897720552ns);
}

TEST_CASE("a slot that is due at the very start is not put off") {
  const schedule::Grid grid{"a", 10s};
  const base::Instant start{base::WallTime{1000s + schedule::phase_of(grid)}, base::MonoTime{5s}};
  schedule::Schedule schedule({grid}, start);
  CHECK(schedule.next_due() == start.mono);
  // And one that has just passed comes an interval later.
  schedule::Schedule late({grid}, {start.wall + 1ns, start.mono + 1ns});
  CHECK(late.next_due() == start.mono + 10s);
}

TEST_CASE("a grid that stays keeps its next slot, one with another interval begins anew") {
  const schedule::Grid grid{"a", 10s};
  const base::Instant start{base::WallTime{1000s + schedule::phase_of(grid)}, base::MonoTime{5s}};
  schedule::Schedule schedule({grid}, start);
  // The wall clock is set by three seconds meanwhile.
  const base::Instant later{start.wall + 7s, start.mono + 4s};
  schedule.adopt({grid}, later);
  CHECK(schedule.next_due() == start.mono);
  schedule.adopt({{"a", 20s}}, later);
  CHECK(schedule.next_due() > later.mono - 1ns);
  schedule.adopt({{"b", 20s}}, later);
  const base::Nanoseconds wall = later.wall.time_since_epoch() + (schedule.next_due() - later.mono);
  CHECK((wall - schedule::phase_of({"b", 20s})) % 20s == 0ns);
  CHECK(schedule.next_due() < later.mono + 20s);
}

}  // namespace
}  // namespace reinfer::tests::schedule_test
