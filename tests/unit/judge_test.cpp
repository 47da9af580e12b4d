#include <doctest/doctest.h>

#include <string>

#include "probe/judge.h"

namespace reinfer::tests::judge_test {
namespace {

using namespace std::chrono_literals;

const model::Expectation kDataset{std::nullopt, "dataset", model::JsonType::object, std::nullopt};
const model::Expectation kNotFound{404, "", model::JsonType::any, std::nullopt};
const model::Expectation kPredictions{std::nullopt, "predictions", model::JsonType::array, 1};

const std::string kGood = R"({"status":"ok","dataset":{"id":"0123456789abcdef"}})";
const std::string kError = R"({"message":"says the application","status":"error"})";
const std::string kHtml = "<html><title>Just a moment...</title></html>";
const std::string kProblem = R"({"type":"about:blank","title":"x","status":500,"traceId":"0"})";

model::Exchange reply(int status, std::string body) {
  model::Exchange exchange;
  exchange.http_status = status;
  exchange.body = std::move(body);
  return exchange;
}

model::Exchange failed(model::WireError error, std::optional<int> status = std::nullopt) {
  model::Exchange exchange;
  exchange.error = error;
  exchange.http_status = status;
  return exchange;
}

std::string outcome(const model::Expectation& expectation, const model::Exchange& exchange) {
  return std::string(model::to_label(
      probe::verdict(expectation, exchange, probe::parse_reply(exchange.body, expectation.key))));
}

TEST_CASE("a redirect says where to, without what may be secret") {
  struct Row {
    std::string location;
    std::string_view expected;
  };
  for (const Row& row :
       {Row{"https://login.example.com/identity?code=s3cret&x=1#s3cret",
            "redirected to https://login.example.com/identity"},
        Row{"https://user:s3cret@example.com/a", "redirected to https://example.com/a"},
        Row{"//user:s3cret@example.com", "redirected to //example.com"},
        Row{"/portal/@home?s3cret", "redirected to /portal/@home"},
        Row{"https://example.com/\x1b[31mred", "redirected to https://example.com/ [31mred"},
        Row{"?s3cret", "redirected to the same address"}}) {
    model::Exchange exchange = reply(302, kHtml);
    exchange.headers = {{"Location", row.location}, {"Location", "/second"}};
    CHECK(probe::judge(model::Target{}, probe::Started{}, exchange).message == row.expected);
  }
  CHECK(probe::judge(model::Target{}, probe::Started{}, reply(304, "")).message ==
        "redirected, but the reply does not say where to");
}

TEST_CASE("what broke on the wire is told apart") {
  struct Row {
    model::WireError error;
    std::string_view expected;
  };
  const Row rows[] = {
      {model::WireError::resolve, "dns_error"},
      {model::WireError::connect, "connect_error"},
      {model::WireError::connect_timeout, "connect_timeout"},
      {model::WireError::tls, "tls_error"},
      {model::WireError::response_timeout, "response_timeout"},
      {model::WireError::connection_lost, "connection_lost"},
      {model::WireError::bad_body, "bad_body"},
      {model::WireError::too_large, "response_too_large"},
      {model::WireError::proxy, "proxy_error"},
      {model::WireError::monitor, "monitor_error"},
  };
  for (const Row& row : rows)
    CHECK(outcome(kDataset, failed(row.error, 200)) == row.expected);
  CHECK(outcome(kDataset, failed(model::WireError::response_timeout)) == "response_timeout");
}

TEST_CASE("a reply of the application is judged by its code and its status key") {
  struct Row {
    int status;
    std::string body;
    std::string_view expected;
  };
  const Row rows[] = {
      {200, kGood, "ok"},
      {201, kGood, "ok"},
      {500, kError, "server_error"},
      {502, kError, "server_error"},
      {503, kError, "server_error"},
      {400, kError, "bad_request"},
      {405, kError, "bad_request"},
      {413, kError, "bad_request"},
      {422, kError, "bad_request"},
      {401, kError, "unauthorized"},
      {403, kError, "forbidden"},
      {404, kError, "not_found"},
      {409, kError, "conflict"},
      {429, kError, "throttled"},
      {200, kError, "protocol_error"},
      {500, kGood, "protocol_error"},
      {404, kGood, "protocol_error"},
      {200, R"({"status":"ok"})", "protocol_error"},
      {200, R"({"status":"ok","dataset":[]})", "protocol_error"},
      {200, R"({"status":"ok","dataset":null})", "protocol_error"},
      {200, R"({"status":"ok","data":{"dataset":{}}})", "protocol_error"},
      {200, R"({"status":"OK","dataset":{}})", "protocol_error"},
      {200, R"({"status":"weird","dataset":{}})", "protocol_error"},
      {503, R"({"status":"maintenance"})", "protocol_error"},
      {200, R"({"message":null,"status":"ok","dataset":{}})", "ok"},
      {500, R"({"status":"error"})", "server_error"},
      {200, "\xef\xbb\xbf" + kGood, "ok"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.status);
    CAPTURE(row.body);
    CHECK(outcome(kDataset, reply(row.status, row.body)) == row.expected);
  }
}

TEST_CASE("a reply of somebody in front of the application is the edge's") {
  struct Row {
    int status;
    std::string body;
    std::string_view expected;
  };
  const Row rows[] = {
      {502, "error code: 502", "gateway_error"},
      {500, kHtml, "gateway_error"},
      {503, "<center>nginx</center>", "gateway_error"},
      {504, "", "gateway_error"},
      {520, kHtml, "gateway_error"},
      {524, kHtml, "gateway_error"},
      {530, "error code: 1033", "gateway_error"},
      {500, kProblem, "gateway_error"},
      {403, kHtml, "edge_blocked"},
      {403, "error code: 1010", "edge_blocked"},
      {403, R"({"errorCode":7,"message":"no"})", "edge_blocked"},
      {404, "404 Service Not Found", "gateway_not_found"},
      {404, R"({"error":"tenant not found in organization"})", "gateway_not_found"},
      {429, R"({"retry_after":30,"title":"Error 1015"})", "throttled"},
      {429, kHtml, "throttled"},
      {401, kHtml, "unauthorized"},
      {300, "", "redirected"},
      {301, "", "redirected"},
      {302, kHtml, "redirected"},
      {304, "", "redirected"},
      {307, kGood, "redirected"},
      {200, kHtml, "not_the_api"},
      {200, "", "not_the_api"},
      {204, "", "not_the_api"},
      {200, R"({"portal":"login"})", "not_the_api"},
      {200, R"({"status":200})", "not_the_api"},
      {200, R"({"status":true})", "not_the_api"},
      {200, R"({"status":{"status":"ok"}})", "not_the_api"},
      {200, R"(["status","ok"])", "not_the_api"},
      {200, R"("ok")", "not_the_api"},
      {200, kGood + "trailing", "not_the_api"},
      {200, kGood.substr(0, kGood.size() - 1), "not_the_api"},
      {413, "<center>nginx</center>", "not_the_api"},
      {422, R"({"error":"Tenant Lookup Error"})", "not_the_api"},
      {418, "", "not_the_api"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.status);
    CAPTURE(row.body);
    CHECK(outcome(kDataset, reply(row.status, row.body)) == row.expected);
  }
}

TEST_CASE("an expected error reply is ok, and a success in its place is a contradiction") {
  CHECK(outcome(kNotFound, reply(404, kError)) == "ok");
  CHECK(outcome(kNotFound, reply(404, kHtml)) == "gateway_not_found");
  CHECK(outcome(kNotFound, reply(404, kGood)) == "protocol_error");
  CHECK(outcome(kNotFound, reply(200, kGood)) == "protocol_error");
  CHECK(outcome(kNotFound, reply(401, kError)) == "unauthorized");
  CHECK(outcome(kNotFound, reply(500, kError)) == "server_error");
}

TEST_CASE("a prediction for one document is one list, which may be empty") {
  CHECK(outcome(kPredictions, reply(200, R"({"status":"ok","predictions":[[]]})")) == "ok");
  CHECK(outcome(kPredictions, reply(200, R"({"predictions":[[[1],{"a":[2]}]],"status":"ok"})")) ==
        "ok");
  CHECK(outcome(kPredictions, reply(200, R"({"status":"ok","predictions":[]})")) ==
        "protocol_error");
  CHECK(outcome(kPredictions, reply(200, R"({"status":"ok","predictions":[[],[]]})")) ==
        "protocol_error");
}

TEST_CASE("a redirect, a rejected token and throttling do not depend on the body") {
  CHECK(outcome(kDataset, failed(model::WireError::too_large, 302)) == "redirected");
  CHECK(outcome(kDataset, failed(model::WireError::bad_body, 401)) == "unauthorized");
  CHECK(outcome(kDataset, failed(model::WireError::too_large, 429)) == "throttled");
  CHECK(outcome(kDataset, failed(model::WireError::connection_lost, 302)) == "connection_lost");
}

TEST_CASE("nesting, size and repeats do not confuse the reading of a body") {
  const std::string deep = std::string(200000, '[') + std::string(200000, ']');
  CHECK(outcome(kDataset, reply(200, R"({"status":"ok","dataset":{},"x":)" + deep + "}")) == "ok");
  CHECK(outcome(kDataset, reply(200, R"({"x":{"status":"error"},"status":"ok","dataset":{}})")) ==
        "ok");
  const probe::Reply repeated =
      probe::parse_reply(R"({"status":"ok","status":"error","message":"m"})", "");
  CHECK(repeated.status == "error");
  CHECK(repeated.message == "m");
  CHECK_FALSE(probe::parse_reply(R"({"status":"ok","status":7})", "").status.has_value());
}

model::ProbeResult judged(std::vector<model::Header> headers, const std::string& body = kGood) {
  model::Target target;
  target.expectation = kDataset;
  model::Exchange exchange = reply(200, body);
  exchange.headers = std::move(headers);
  exchange.phases.wait = 100ms;
  exchange.phases.total = 120ms;
  return probe::judge(
      target, {model::TargetIndex{3}, {base::WallTime{10s}, base::MonoTime{5s}}, "id"}, exchange);
}

TEST_CASE("the wait is split into the platform's share and the path's") {
  const model::ProbeResult result = judged({{"Server-Timing", "total;dur=37.7"}});
  CHECK(result.server_processing == 37700us);
  CHECK(result.network_overhead == 62300us);
  CHECK(result.server_timing_state == model::ServerTimingState::ok);
  CHECK(result.finished.mono == base::MonoTime{5s + 120ms});
  CHECK(result.request_id == "id");
  CHECK(result.body_bytes == kGood.size());
}

TEST_CASE("a platform that claims more time than we waited leaves no negative overhead") {
  const model::ProbeResult result = judged({{"Server-Timing", "total;dur=150"}});
  CHECK(result.network_overhead == 0ms);
  CHECK(result.server_timing_state == model::ServerTimingState::exceeds_wait);
  CHECK(judged({{"Server-Timing", "total;dur=1e300"}}).server_timing_state ==
        model::ServerTimingState::exceeds_wait);
}

TEST_CASE("only an entry named total speaks for the platform") {
  const model::ProbeResult gateway = judged({{"Server-Timing", "cfL4;desc=\"x\",cfOrigin;dur=9"}});
  CHECK(gateway.server_timing_state == model::ServerTimingState::missing);
  CHECK_FALSE(gateway.server_processing.has_value());
  CHECK_FALSE(gateway.network_overhead.has_value());
  CHECK(judged({}).server_timing_state == model::ServerTimingState::missing);
  CHECK(judged({{"Server-Timing", "TOTAL;dur=5"}}).server_timing_state ==
        model::ServerTimingState::missing);
  CHECK(judged({{"Server-Timing", "total;dur=abc"}}).server_timing_state ==
        model::ServerTimingState::invalid);
  const model::ProbeResult two =
      judged({{"Server-Timing", "total"}, {"server-timing", "total;dur=5"}});
  CHECK(two.server_processing == 5ms);
}

TEST_CASE("replies that the application did not write have no Server-Timing state") {
  const model::ProbeResult result = judged({{"Server-Timing", "total;dur=5"}}, kHtml);
  CHECK_FALSE(result.server_timing_state.has_value());
  CHECK(result.server_processing == 5ms);
  CHECK_FALSE(result.application_answered);
}

TEST_CASE("only a throttled or an unavailable service is listened to about when to come again") {
  for (const int status : {200, 301, 401, 403, 428, 429, 430, 500, 502, 503, 504}) {
    CAPTURE(status);
    model::Exchange exchange = reply(status, kError);
    exchange.headers.push_back({"Retry-After", "7"});
    const model::ProbeResult result = probe::judge({}, {}, exchange);
    CHECK(result.retry_after.has_value() == (status == 429 || status == 503));
  }
  model::Exchange lost = failed(model::WireError::connection_lost);
  lost.headers.push_back({"Retry-After", "7"});
  CHECK_FALSE(probe::judge({}, {}, lost).retry_after.has_value());
}

TEST_CASE("what is known of an exchange is handed on with its outcome") {
  model::Exchange exchange = reply(500, kError);
  exchange.headers = {{"X-Request-Id", "7"}, {"Retry-After", "9"}};
  exchange.headers_dropped = 3;
  exchange.remote_address = "192.0.2.1:443";
  exchange.route.pinned_address = "192.0.2.1";
  exchange.connection_reused = true;
  exchange.resent = true;
  exchange.tls.emplace().version = "TLSv1.3";
  exchange.tcp.emplace().retransmits = 2;
  exchange.uncertainty.wait = 5us;
  const model::ProbeResult result = probe::judge({}, {}, exchange);
  REQUIRE(result.response_headers.size() == 2);
  CHECK(result.response_headers[0].name == "X-Request-Id");
  CHECK(result.headers_dropped == 3);
  CHECK(result.remote_address == "192.0.2.1:443");
  CHECK(result.route.pinned_address == "192.0.2.1");
  CHECK(result.connection_reused);
  CHECK(result.resent);
  CHECK(result.tls->version == "TLSv1.3");
  CHECK(result.tcp->retransmits == 2);
  CHECK(result.uncertainty.wait == 5us);
  CHECK(result.body_bytes == kError.size());
  CHECK(result.http_status == 500);
  // Of a 500 it means nothing (RFC 9110, section 10.2.3).
  CHECK_FALSE(result.retry_after.has_value());
  exchange.http_status = 503;
  CHECK(probe::judge({}, {}, exchange).retry_after.has_value());
}

TEST_CASE("a probe that nobody could time ended when it began") {
  const base::Instant at{base::WallTime{10s}, base::MonoTime{5s}};
  const model::ProbeResult result =
      probe::judge({}, {model::TargetIndex{3}, at, "id"}, failed(model::WireError::monitor));
  CHECK(result.finished.wall == at.wall);
  CHECK(result.finished.mono == at.mono);
}

TEST_CASE("messages of strangers are cleaned and cut") {
  model::Target target;
  const model::ProbeResult result = probe::judge(
      target, {},
      reply(500, R"({"status":"error","message":"a\nb\u0007)" + std::string(1000, 'x') + "\"}"));
  CHECK(result.message.rfind("a b x", 0) == 0);
  CHECK(result.message.size() == 300);
}

TEST_CASE("every outcome has its own label, and reads back from it") {
  for (const model::Outcome outcome : model::all_outcomes()) {
    CHECK(model::outcome_from_label(model::to_label(outcome)) == outcome);
    CHECK((model::fault_of(outcome) == model::Fault::none) == (outcome == model::Outcome::ok));
    CHECK((model::availability_of(outcome) == model::AvailabilityEvent::good) ==
          (outcome == model::Outcome::ok));
  }
  CHECK_FALSE(model::outcome_from_label("up").has_value());
}

}  // namespace
}  // namespace reinfer::tests::judge_test
