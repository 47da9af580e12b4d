#include "http/message.h"

#include <doctest/doctest.h>

namespace reinfer::tests::http_test {
namespace {

TEST_CASE("a route's pattern matches whole segments and names some") {
  CHECK(http::match_path("/metrics", "/metrics")->empty());
  CHECK_FALSE(http::match_path("/metrics", "/metrics/"));
  CHECK_FALSE(http::match_path("/metrics", "/metricsx"));
  CHECK_FALSE(http::match_path("/", ""));
  CHECK(http::match_path("/", "/")->empty());

  const auto place = http::match_path("/targets/{tenant}/{probe}", "/targets/acme/dataset");
  REQUIRE(place);
  CHECK(place->at("tenant") == "acme");
  CHECK(place->at("probe") == "dataset");
  CHECK_FALSE(http::match_path("/targets/{tenant}/{probe}", "/targets/acme"));
  CHECK_FALSE(http::match_path("/targets/{tenant}/{probe}", "/targets/acme/"));
  CHECK_FALSE(http::match_path("/targets/{tenant}/{probe}", "/targets/acme/dataset/more"));
}

TEST_CASE("headers are found whatever their case, parameters by their name") {
  const http::HttpRequest request{
      "GET", "/", {{"a", "1"}, {"a", "2"}}, {{"Accept", "text/html"}}, {}, "", "", "HTTP/1.1", {}};
  CHECK(request.header("accept") == "text/html");
  CHECK_FALSE(request.header("accept-encoding"));
  CHECK(request.parameter("a") == "1");
  CHECK_FALSE(request.parameter("b"));
}

}  // namespace
}  // namespace reinfer::tests::http_test
