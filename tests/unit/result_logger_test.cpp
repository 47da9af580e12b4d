#include <doctest/doctest.h>

#include <string>

#include "probe/result_logger.h"
#include "tests/unit/logged.h"
#include "tests/unit/plans.h"

namespace reinfer::tests::result_logger_test {
namespace {

TEST_CASE("a line about a result leaves out what is empty, zero or unknown") {
  const auto plan = plan_from(kTwoTenants);
  Logged logged;
  probe::ResultLogger logger(*plan, logged.log());
  model::ProbeResult result;
  result.outcome = model::Outcome::ok;
  result.http_status = 200;
  logger.log_result(result);
  const std::string line = logged.text();
  CHECK(line.find("outcome=ok http_status=200\n") != std::string::npos);
  for (const char* left_out : {"fault=", "before=", "after=", "left_out=", "message=",
                               "request_id=", "address=", "none", "unknown", "\"\""}) {
    CAPTURE(left_out);
    CHECK(line.find(left_out) == std::string::npos);
  }
}

TEST_CASE("a line about a failure has all that is known of it") {
  const auto plan = plan_from(kTwoTenants);
  Logged logged;
  probe::ResultLogger logger(*plan, logged.log());
  model::ProbeResult result;
  result.outcome = model::Outcome::ok;
  logger.log_result(result);
  result.outcome = model::Outcome::server_error;
  result.http_status = 503;
  result.message = "no room";
  result.request_id = "id-1";
  result.remote_address = "10.0.0.1:443";
  logger.log_result(result);
  CHECK(logged.text().find("outcome=server_error fault=platform before=ok http_status=503 "
                           "message=\"no room\" request_id=id-1 address=10.0.0.1:443\n") !=
        std::string::npos);
}

}  // namespace
}  // namespace reinfer::tests::result_logger_test
