#include "http/rate_limit.h"

#include <doctest/doctest.h>

#include "routes/probe_route.h"

namespace reinfer::tests::rate_limit_test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a rate limit lets a burst of a minute through, then the average") {
  http::RateLimit limit(6);
  const base::MonoTime start{1h};
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
  CHECK(routes::time_for_scrape("10") == 9500ms);
  CHECK(routes::time_for_scrape("1.5") == 1s);
  CHECK(routes::time_for_scrape("0.4") == 200ms);
  CHECK(routes::time_for_scrape("1e300") == 4min - 500ms);
  for (const char* nonsense : {"", "x", "10s", "-1", "0", "nan", "inf"}) {
    CAPTURE(nonsense);
    CHECK_FALSE(routes::time_for_scrape(nonsense));
  }
}

TEST_CASE("unknown names use up no probe of the known ones, and are not handed on") {
  http::RateLimit limit(1);
  int asked = 0;
  const http::Route route = routes::probe_route(
      [](const std::string& tenant, const std::string&) { return tenant == "known"; },
      [&asked](const std::string&, const std::string&, base::Nanoseconds,
               std::stop_token) -> model::OnDemandAnswer {
        ++asked;
        return tl::unexpected(model::Refusal::credentials);
      },
      limit);
  const auto status_of = [&route](const std::string& tenant) {
    http::HttpRequest request;
    request.query = {{"tenant", tenant}, {"probe", "p"}};
    return route.answer(request).status;
  };
  for (int i = 0; i < 100; ++i)
    CHECK(status_of("unknown") == 404);
  CHECK(asked == 0);
  CHECK(status_of("known") == 503);
  CHECK(status_of("known") == 429);
  // Nor are they refused for what others have used up.
  CHECK(status_of("unknown") == 404);
  CHECK(asked == 1);
}

}  // namespace
}  // namespace reinfer::tests::rate_limit_test
