#include <doctest/doctest.h>

#include "base/rfc3339.h"

namespace reinfer::tests::rfc3339_test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a moment is written in UTC with milliseconds and read back") {
  CHECK(base::rfc3339(base::WallTime{1795392000s + 5ms}) == "2026-11-23T00:00:00.005Z");
  CHECK(base::parse_rfc3339("2026-11-23T00:00:00.005Z") == base::WallTime{1795392000s + 5ms});
  CHECK(base::parse_rfc3339("2026-11-23T00:00:00Z") == base::WallTime{1795392000s});
  CHECK(base::parse_rfc3339("2024-02-29T23:59:59.123456789Z") ==
        base::WallTime{1709251199s + 123456789ns});
  // The last year that nanoseconds in 64 bits reach the end of.
  CHECK(base::parse_rfc3339("2261-12-31T23:59:59Z") == base::WallTime{9214646399s});
}

TEST_CASE("anything else is no moment") {
  for (const char* text :
       {"", "Z", "2026-11-23", "2026-11-23T00:00:00", "2026-11-23T00:00:00+01:00",
        "2026-11-23 00:00:00Z", "2026-13-01T00:00:00Z", "2025-02-29T00:00:00Z",
        "2026-11-23T24:00:00Z", "2026-11-23T00:60:00Z", "2026-11-23T00:00:60Z",
        "2026-11-23T00:00:00.Z", "2026-11-23T00:00:00.1234567890Z", "2026-11-23T00:00:00ZZ",
        "1969-12-31T00:00:00Z", "2262-01-01T00:00:00Z", "-026-11-23T00:00:00Z", "now"}) {
    CAPTURE(text);
    CHECK_FALSE(base::parse_rfc3339(text).has_value());
  }
}

}  // namespace
}  // namespace reinfer::tests::rfc3339_test
