#include "app/loop_watch.h"

#include <doctest/doctest.h>

namespace reinfer::tests::loop_watch_test {
namespace {

using Loops = std::vector<std::size_t>;

TEST_CASE("the watchdog is fed only while every loop has turned since the last look") {
  app::LoopWatch watch({0, 7, 3});
  CHECK(watch.look({1, 9, 4}).empty());
  CHECK(watch.look({2, 9, 5}) == Loops{1});
  CHECK(watch.look({2, 9, 5}) == Loops{0, 1, 2});
  // One turn is enough to be alive again, however long it took.
  CHECK(watch.look({3, 10, 6}).empty());
}

TEST_CASE("a loop that has never turned is stuck") {
  app::LoopWatch watch({0});
  CHECK(watch.look({0}) == Loops{0});
  CHECK(watch.look({1}).empty());
}

}  // namespace
}  // namespace reinfer::tests::loop_watch_test
