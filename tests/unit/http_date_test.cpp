#include "base/http_date.h"

#include <doctest/doctest.h>

namespace reinfer::tests::http_date_test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("all three forms of an HTTP date are read") {
  const base::WallTime moment{784111777s};
  CHECK(base::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == moment);
  CHECK(base::parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT") == moment);
  CHECK(base::parse_http_date("Sun Nov  6 08:49:37 1994") == moment);
}

TEST_CASE("a date of the far future is the end of the year 2200") {
  CHECK(base::parse_http_date("Fri, 31 Dec 9999 23:59:59 GMT") ==
        base::parse_http_date("Thu, 01 Jan 2201 00:00:00 GMT"));
}

TEST_CASE("text that is no HTTP date is refused") {
  for (const char* bad : {"", "120", "20261128", "tomorrow", "06 Nov 1994 08:49:37 GMT",
                          "Sun, 06 Nov 1994", "Sun, 06 Nov 1994 08:49:37", "08:49:37 GMT",
                          "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nvv 1994 08:49:37 GMT",
                          "Sun, 06 Nov 1904 08:49:37 GMT", "Sun, 06 Nov 1994 99:49:37 GMT"}) {
    CAPTURE(bad);
    CHECK_FALSE(base::parse_http_date(bad).has_value());
  }
}

}  // namespace
}  // namespace reinfer::tests::http_date_test
