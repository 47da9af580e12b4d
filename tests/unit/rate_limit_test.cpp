#include "serve/rate_limit.h"

#include <doctest/doctest.h>

#include "serve/probe_route.h"

namespace reinfer {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a rate limit lets a burst of a minute through, then the average") {
  RateLimit limit(6);
  const MonoTime start{1h};
  for (int i = 0; i < 6; ++i)
    CHECK_FALSE(limit.take(start));
  CHECK(limit.take(start) == 10s);
  CHECK(limit.take(start + 4s) == 6s);
  CHECK_FALSE(limit.take(start + 10s));
  CHECK(limit.take(start + 10s));
  // What was not used for long is not saved up beyond a minute's worth.
  for (int i = 0; i < 6; ++i)
    CHECK_FALSE(limit.take(start + 24h));
  CHECK(limit.take(start + 24h));
}

TEST_CASE("a scraper's patience leaves half a second for the scrape itself") {
  CHECK(time_for_scrape("10") == 9500ms);
  CHECK(time_for_scrape("1.5") == 1s);
  CHECK(time_for_scrape("0.4") == 200ms);
  CHECK(time_for_scrape("1e300") == 4min - 500ms);
  for (const char* nonsense : {"", "x", "10s", "-1", "0", "nan", "inf"}) {
    CAPTURE(nonsense);
    CHECK_FALSE(time_for_scrape(nonsense));
  }
}

}  // namespace
}  // namespace reinfer
