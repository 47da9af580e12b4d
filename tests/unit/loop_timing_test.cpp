#include <doctest/doctest.h>

#include "transport/timing/event_delay.h"
#include "transport/timing/loop_lag.h"

namespace reinfer::tests::loop_timing_test {
namespace {

using namespace std::chrono_literals;

base::MonoTime at(base::Nanoseconds d) {
  return base::MonoTime{1000s + d};
}

TEST_CASE("a loop that slept is late only by what its thread had to wait for a CPU") {
  transport::EventDelay delay(at(0ms));
  delay.before_wait(at(20ms), 100ms);
  delay.after_wait(at(50ms), 103ms, std::nullopt);
  CHECK(delay.at(at(50ms)) == 3ms);
  CHECK(delay.at(at(52ms)) == 5ms);
}

TEST_CASE("a loop that found events waiting may be late by its whole last turn") {
  transport::EventDelay delay(at(0ms));
  delay.before_wait(at(20ms), 100ms);
  delay.after_wait(at(20ms + 10us), 100ms, std::nullopt);
  CHECK(delay.at(at(21ms)) == 21ms);
}

TEST_CASE("a loop that looked knows whether events were waiting, however long that took") {
  for (const bool found : {false, true}) {
    transport::EventDelay delay(at(0ms));
    delay.before_wait(at(20ms), 100ms);
    delay.after_wait(at(21ms), 100ms, found);
    CHECK(delay.at(at(21ms)) == (found ? 21ms : 0ms));
  }
}

TEST_CASE("a long turn is one of a millisecond") {
  const transport::EventDelay delay(at(0ms));
  CHECK_FALSE(delay.is_long_iteration(at(999us)));
  CHECK(delay.is_long_iteration(at(1ms)));
}

TEST_CASE("what a thread had to wait for in its turn does not make it late after the next sleep") {
  transport::EventDelay delay(at(0ms));
  delay.after_wait(at(1ms), 100ms, std::nullopt);
  delay.before_wait(at(21ms), 115ms);
  delay.after_wait(at(50ms), 115ms, std::nullopt);
  CHECK(delay.at(at(50ms)) == 0ms);
}

TEST_CASE("what a thread had to wait for while there was no work makes no work late") {
  transport::EventDelay delay(at(0ms));
  delay.before_wait(at(1ms), std::nullopt);
  delay.after_wait(at(100ms), std::nullopt, std::nullopt);
  delay.work_begins(at(103ms), 140ms);
  delay.before_wait(at(104ms), 140ms);
  delay.after_wait(at(110ms), 140ms, std::nullopt);
  CHECK(delay.at(at(110ms)) == 0ms);
}

TEST_CASE("a loop is not late by what it did before there was work") {
  transport::EventDelay delay(at(0ms));
  delay.work_begins(at(103ms), 140ms);
  delay.before_wait(at(104ms), std::nullopt);
  delay.after_wait(at(104ms + 10us), 140ms, true);
  CHECK(delay.at(at(105ms)) == 2ms);
}

TEST_CASE("what a loop has left for later is as old as it was, too") {
  transport::EventDelay delay(at(0ms));
  delay.before_wait(at(20ms), 100ms);
  delay.after_wait(at(50ms), 103ms, std::nullopt);
  delay.left_some();
  delay.before_wait(at(52ms), std::nullopt);
  delay.after_wait(at(52ms + 10us), 103ms, std::nullopt);
  CHECK(delay.at(at(53ms)) == 6ms);
  delay.left_some();
  delay.before_wait(at(54ms), std::nullopt);
  delay.after_wait(at(54ms + 10us), 103ms, std::nullopt);
  CHECK(delay.at(at(55ms)) == 8ms);
  delay.before_wait(at(56ms), std::nullopt);
  delay.after_wait(at(60ms), 103ms, std::nullopt);
  CHECK(delay.at(at(60ms)) == 0ms);
}

TEST_CASE("a loop that slept though it had left something was on time: what it left was gone") {
  transport::EventDelay delay(at(0ms));
  delay.before_wait(at(20ms), 100ms);
  delay.after_wait(at(50ms), 103ms, std::nullopt);
  delay.left_some();
  delay.before_wait(at(52ms), std::nullopt);
  delay.after_wait(at(2052ms), 103ms, std::nullopt);
  CHECK(delay.at(at(2052ms)) == 0ms);
}

TEST_CASE("where the kernel does not count it, a loop that slept is taken to be on time") {
  transport::EventDelay delay(at(0ms));
  delay.before_wait(at(20ms), std::nullopt);
  delay.after_wait(at(50ms), std::nullopt, std::nullopt);
  CHECK(delay.at(at(51ms)) == 1ms);
}

TEST_CASE("a loop has seen to all that was ready when it asked, once it has handled it") {
  transport::LoopLag look(at(0ms));
  look.note({at(10ms), 3, 3, 64, 9});
  CHECK(look.handled_up_to() == at(10ms));
  look.note({at(20ms), 0, 0, 64, 9});
  CHECK(look.handled_up_to() == at(20ms));
}

TEST_CASE("what a loop leaves it has not seen to, and after a while it is to leave nothing") {
  transport::LoopLag look(at(0ms));
  look.note({at(10ms), 3, 1, 64, 9});
  look.note({at(60ms), 2, 1, 64, 9});
  CHECK(look.handled_up_to() == at(0ms));
  CHECK_FALSE(look.takes_all(at(60ms), at(60ms)));
  CHECK(look.takes_all(at(61ms), at(61ms)));
  look.note({at(61ms), 2, 2, 64, 9});
  CHECK(look.handled_up_to() == at(61ms));
  CHECK_FALSE(look.takes_all(at(200ms), at(200ms)));
}

TEST_CASE(
    "a loop that is late for a slot as if it had been stopped first handles all that is ready") {
  const transport::LoopLag look(at(0ms));
  CHECK_FALSE(look.takes_all(at(150ms), at(200ms)));
  CHECK_FALSE(look.takes_all(at(150ms), at(100ms)));
  CHECK(look.takes_all(at(151ms), at(100ms)));
  CHECK_FALSE(look.takes_all(at(151ms), base::MonoTime::min()));
}

TEST_CASE("where more is ready than there is room for, a loop has seen to all once it was round") {
  transport::LoopLag look(at(0ms));
  look.note({at(10ms), 64, 64, 64, 200});
  look.note({at(20ms), 64, 64, 64, 200});
  look.note({at(30ms), 64, 64, 64, 200});
  CHECK(look.handled_up_to() == at(0ms));
  look.note({at(40ms), 64, 64, 64, 200});
  CHECK(look.handled_up_to() == at(10ms));
  look.note({at(50ms), 64, 64, 64, 200});
  CHECK(look.handled_up_to() == at(10ms));
  // Not so many were ready after all.
  look.note({at(60ms), 5, 5, 64, 200});
  CHECK(look.handled_up_to() == at(60ms));
  look.note({at(70ms), 64, 64, 64, 64});
  CHECK(look.handled_up_to() == at(70ms));
}

}  // namespace
}  // namespace reinfer::tests::loop_timing_test
