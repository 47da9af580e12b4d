#include "probe/in_flight_limit.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace reinfer::tests::in_flight_limit_test {
namespace {

TEST_CASE("two engines share one limit, and a place that was not used goes back") {
  probe::InFlightLimit limit;
  probe::InFlightShare one(limit);
  {
    probe::InFlightShare other(limit);
    CHECK(one.take(3));
    CHECK(one.take(3));
    CHECK(other.take(3));
    CHECK_FALSE(other.take(3));
    CHECK_FALSE(one.take(3));
    one.settle(1);  // one of its two probes was not sent
    CHECK(other.take(3));
    CHECK_FALSE(other.take(3));
    CHECK(other.take(4));  // a reload has raised it
    CHECK(limit.taken() == 4);
  }
  // The engine is gone, and its probes with it.
  CHECK(limit.taken() == 1);
  one.settle(0);
  CHECK(limit.taken() == 0);
}

TEST_CASE("threads that ask at once never have more places than there are") {
  constexpr std::size_t kMost = 5;
  probe::InFlightLimit limit;
  std::atomic<std::size_t> running{0};
  std::atomic<std::size_t> highest{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      probe::InFlightShare share(limit);
      for (int turn = 0; turn < 2000; ++turn) {
        std::size_t mine = 0;
        while (mine < 3 && share.take(kMost)) {
          ++mine;
          const std::size_t now = ++running;
          std::size_t seen = highest;
          while (now > seen && !highest.compare_exchange_weak(seen, now)) {
          }
        }
        running -= mine;
        share.settle(0);
      }
    });
  for (std::thread& thread : threads)
    thread.join();
  CHECK(highest <= kMost);
  CHECK(limit.taken() == 0);
}

}  // namespace
}  // namespace reinfer::tests::in_flight_limit_test
