#include <curl/curl.h>
#include <doctest/doctest.h>

#include "transport/curl_facts.h"
#include "transport/timing/precise_wait.h"
#include "transport/timing/wire_stamps.h"

namespace reinfer {
namespace {

using namespace std::chrono_literals;

MonoTime at(Nanoseconds d) {
  return MonoTime{1000s + d};
}

TEST_CASE("a wait in parts ends when it should, late by less than a third of a millisecond") {
  for (const Nanoseconds whole : {0ns, 1ns, 10ms + 0ns, 70ms + 0ns, 30s + 0ns, 24h + 0ns}) {
    CAPTURE(whole.count());
    // What the kernel allows itself where it is at its worst, a nice value included.
    constexpr int kSlackPart = 200;
    Nanoseconds waited{0};
    Nanoseconds last{0};
    int parts = 0;
    while (waited < whole) {
      last = first_wait(whole - waited);
      REQUIRE(last > 0ns);
      waited += last + last / kSlackPart;
      ++parts;
    }
    CHECK(waited - whole <= 250us);
    CHECK(parts <= 4);
  }
}

TEST_CASE("phases run from stamp to stamp and add up to the total") {
  const WireStamps stamps{at(0ms), at(2ms), at(5ms), at(15ms), at(16ms), at(66ms), at(70ms)};
  const PhaseTimings phases = phases_from(stamps, Stage::done);
  CHECK(phases.resolve == 2ms);
  CHECK(phases.connect == 3ms);
  CHECK(phases.tls == 10ms);
  CHECK(phases.send == 1ms);
  CHECK(phases.wait == 50ms);
  CHECK(phases.receive == 4ms);
  CHECK(phases.total == 70ms);
}

TEST_CASE("steps that did not happen have no phase") {
  WireStamps reused;
  reused.start = at(0ms);
  reused.sent = at(1ms);
  reused.first_byte = at(9ms);
  reused.end = at(10ms);
  const PhaseTimings phases = phases_from(reused, Stage::done);
  CHECK_FALSE(phases.resolve.has_value());
  CHECK_FALSE(phases.connect.has_value());
  CHECK_FALSE(phases.tls.has_value());
  CHECK(phases.send == 1ms);
  CHECK(phases.wait == 8ms);
}

TEST_CASE("a failed exchange holds its time in the stage that failed") {
  WireStamps stamps;
  stamps.start = at(0ms);
  stamps.resolved = at(3ms);
  stamps.end = at(5003ms);
  const PhaseTimings phases = phases_from(stamps, Stage::connect);
  CHECK(phases.resolve == 3ms);
  CHECK(phases.connect == 5s);
  CHECK_FALSE(phases.wait.has_value());
  CHECK(phases.total == 5003ms);
}

TEST_CASE("stamps that run backwards never give a negative phase") {
  const WireStamps stamps{at(0ms), at(5ms), at(4ms), std::nullopt, at(3ms), at(8ms), at(7ms)};
  const PhaseTimings phases = phases_from(stamps, Stage::done);
  CHECK(phases.connect == 0ms);
  CHECK(phases.send == 0ms);
  CHECK(phases.wait == 3ms);
  CHECK(phases.receive == 0ms);
}

TEST_CASE("libcurl's codes become what went wrong on the wire") {
  struct Row {
    int code;
    std::string_view text;
    WireError expected;
  };
  const Row rows[] = {
      {CURLE_OK, "", WireError::none},
      {CURLE_COULDNT_RESOLVE_HOST, "", WireError::resolve},
      {CURLE_COULDNT_RESOLVE_PROXY, "", WireError::proxy},
      {CURLE_COULDNT_CONNECT, "", WireError::connect},
      {CURLE_SSL_CONNECT_ERROR, "", WireError::tls},
      {CURLE_PEER_FAILED_VERIFICATION, "", WireError::tls},
      {CURLE_GOT_NOTHING, "", WireError::connection_lost},
      {CURLE_RECV_ERROR, "Recv failure: Connection reset by peer", WireError::connection_lost},
      {CURLE_RECV_ERROR, "Illegal or missing hexadecimal sequence in chunked-encoding",
       WireError::bad_body},
      {CURLE_PARTIAL_FILE, "", WireError::connection_lost},
      {CURLE_BAD_CONTENT_ENCODING, "", WireError::bad_body},
      {CURLE_WEIRD_SERVER_REPLY, "", WireError::bad_body},
      {CURLE_UNSUPPORTED_PROTOCOL, "Received HTTP/0.9 when not allowed", WireError::bad_body},
      {CURLE_SSL_CACERT_BADFILE, "", WireError::monitor},
      {CURLE_OUT_OF_MEMORY, "", WireError::monitor},
      {CURLE_FAILED_INIT, "", WireError::monitor},
  };
  for (const Row& row : rows) {
    CAPTURE(row.code);
    CurlEnding ending;
    ending.code = row.code;
    ending.text = row.text;
    CHECK(wire_error_of(ending) == row.expected);
  }
}

TEST_CASE("a deadline says where it struck") {
  struct Row {
    Stage stage;
    WireError expected;
  };
  const Row rows[] = {{Stage::resolve, WireError::resolve},
                      {Stage::connect, WireError::connect_timeout},
                      {Stage::tls, WireError::tls},
                      {Stage::send, WireError::response_timeout},
                      {Stage::wait, WireError::response_timeout},
                      {Stage::receive, WireError::response_timeout}};
  for (const Row& row : rows) {
    CurlEnding ending;
    ending.timed_out = true;
    ending.stage = row.stage;
    CHECK(wire_error_of(ending) == row.expected);
  }
}

TEST_CASE("whoever did not get all of its time from us has not failed") {
  struct Row {
    int code;
    bool timed_out;
    bool time_left;
    Nanoseconds held_up;
    WireError expected;
  };
  const Row rows[] = {
      {CURLE_OK, true, true, 20s, WireError::monitor},
      {CURLE_OK, true, false, 20s, WireError::tls},
      // Hung up on by a peer that has lost its patience, perhaps.
      {CURLE_SSL_CONNECT_ERROR, false, false, 16s, WireError::monitor},
      {CURLE_GOT_NOTHING, false, false, 16s, WireError::monitor},
      {CURLE_RECV_ERROR, false, false, 16s, WireError::monitor},
      {CURLE_OPERATION_TIMEDOUT, false, false, 16s, WireError::monitor},
      // Or not.
      {CURLE_SSL_CONNECT_ERROR, false, false, 15s, WireError::tls},
      {CURLE_OPERATION_TIMEDOUT, false, false, 15s, WireError::tls},
      {CURLE_GOT_NOTHING, false, false, 0s, WireError::connection_lost},
      // These say what is wrong, however late it is.
      {CURLE_PEER_FAILED_VERIFICATION, false, false, 16s, WireError::tls},
      {CURLE_COULDNT_CONNECT, false, false, 16s, WireError::connect},
      {CURLE_OK, false, false, 16s, WireError::none},
  };
  for (const Row& row : rows) {
    CAPTURE(row.code);
    CAPTURE(row.held_up.count());
    CurlEnding ending;
    ending.code = row.code;
    ending.timed_out = row.timed_out;
    ending.time_left = row.time_left;
    ending.held_up = row.held_up;
    ending.took = 30s;
    ending.stage = Stage::tls;
    CHECK(wire_error_of(ending) == row.expected);
    CHECK(is_our_delay(ending) == (row.expected == WireError::monitor));
  }
  CurlEnding lost;
  lost.code = CURLE_GOT_NOTHING;
  lost.stage = Stage::send;
  lost.took = 5s;
  lost.held_up = 5s;
  CHECK(wire_error_of(lost) == WireError::monitor);
  lost.held_up = 4999ms;
  CHECK(wire_error_of(lost) == WireError::connection_lost);
  // It had the request and did not answer.
  lost.held_up = 5s;
  lost.stage = Stage::wait;
  CHECK(wire_error_of(lost) == WireError::connection_lost);
}

TEST_CASE("our own limits come before libcurl's words") {
  CurlEnding ending;
  ending.code = CURLE_WRITE_ERROR;
  ending.too_large = true;
  CHECK(wire_error_of(ending) == WireError::too_large);
  ending = {};
  ending.code = CURLE_COULDNT_CONNECT;
  ending.out_of_sockets = true;
  CHECK(wire_error_of(ending) == WireError::monitor);
  ending = {};
  ending.headers_cut = true;
  CHECK(wire_error_of(ending) == WireError::connection_lost);
  ending = {};
  ending.code = CURLE_RECV_ERROR;
  ending.proxy_status = 403;
  CHECK(wire_error_of(ending) == WireError::proxy);
}

}  // namespace
}  // namespace reinfer
