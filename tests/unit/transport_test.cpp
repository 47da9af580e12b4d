#include <curl/curl.h>
#include <doctest/doctest.h>

#include <cerrno>

#include "transport/curl_facts.h"
#include "transport/curl_options.h"
#include "transport/timing/loop_sleep.h"
#include "transport/timing/phases_from_stamps.h"

namespace reinfer::tests::transport_test {
namespace {

using namespace std::chrono_literals;

base::MonoTime at(base::Nanoseconds d) {
  return base::MonoTime{1000s + d};
}

TEST_CASE("a wait in parts ends when it should, late by less than a third of a millisecond") {
  for (const base::Nanoseconds whole : {0ns, 1ns, 10ms + 0ns, 70ms + 0ns, 30s + 0ns, 24h + 0ns}) {
    CAPTURE(whole.count());
    // What the kernel allows itself where it is at its worst, a nice value included.
    constexpr int kSlackPart = 200;
    base::Nanoseconds waited{0};
    base::Nanoseconds last{0};
    int parts = 0;
    while (waited < whole) {
      last = transport::first_wait(whole - waited);
      REQUIRE(last > 0ns);
      waited += last + last / kSlackPart;
      ++parts;
    }
    CHECK(waited - whole <= 250us);
    CHECK(parts <= 4);
  }
}

TEST_CASE("phases run from stamp to stamp and add up to the total") {
  const transport::WireStamps stamps{at(0ms),  at(2ms),  at(5ms), at(15ms),
                                     at(16ms), at(66ms), at(70ms)};
  const model::PhaseTimings phases = transport::phases_from(stamps, model::Stage::done);
  CHECK(phases.resolve == 2ms);
  CHECK(phases.connect == 3ms);
  CHECK(phases.tls == 10ms);
  CHECK(phases.send == 1ms);
  CHECK(phases.wait == 50ms);
  CHECK(phases.receive == 4ms);
  CHECK(phases.total == 70ms);
}

TEST_CASE("steps that did not happen have no phase") {
  transport::WireStamps reused;
  reused.start = at(0ms);
  reused.sent = at(1ms);
  reused.first_byte = at(9ms);
  reused.end = at(10ms);
  const model::PhaseTimings phases = transport::phases_from(reused, model::Stage::done);
  CHECK_FALSE(phases.resolve.has_value());
  CHECK_FALSE(phases.connect.has_value());
  CHECK_FALSE(phases.tls.has_value());
  CHECK(phases.send == 1ms);
  CHECK(phases.wait == 8ms);
}

TEST_CASE("a failed exchange holds its time in the stage that failed") {
  transport::WireStamps stamps;
  stamps.start = at(0ms);
  stamps.resolved = at(3ms);
  stamps.end = at(5003ms);
  const model::PhaseTimings phases = transport::phases_from(stamps, model::Stage::connect);
  CHECK(phases.resolve == 3ms);
  CHECK(phases.connect == 5s);
  CHECK_FALSE(phases.wait.has_value());
  CHECK(phases.total == 5003ms);
}

TEST_CASE("stamps that run backwards never give a negative phase") {
  const transport::WireStamps stamps{at(0ms), at(5ms), at(4ms), std::nullopt,
                                     at(3ms), at(8ms), at(7ms)};
  const model::PhaseTimings phases = transport::phases_from(stamps, model::Stage::done);
  CHECK(phases.connect == 0ms);
  CHECK(phases.send == 0ms);
  CHECK(phases.wait == 3ms);
  CHECK(phases.receive == 0ms);
}

TEST_CASE("libcurl's codes become what went wrong on the wire") {
  struct Row {
    int code;
    std::string_view text;
    model::WireError expected;
  };
  const Row rows[] = {
      {CURLE_OK, "", model::WireError::none},
      {CURLE_COULDNT_RESOLVE_HOST, "", model::WireError::resolve},
      {CURLE_COULDNT_RESOLVE_PROXY, "", model::WireError::proxy},
      {CURLE_COULDNT_CONNECT, "", model::WireError::connect},
      {CURLE_SSL_CONNECT_ERROR, "", model::WireError::tls},
      {CURLE_PEER_FAILED_VERIFICATION, "", model::WireError::tls},
      {CURLE_GOT_NOTHING, "", model::WireError::connection_lost},
      {CURLE_RECV_ERROR, "Recv failure: Connection reset by peer",
       model::WireError::connection_lost},
      {CURLE_PARTIAL_FILE, "", model::WireError::connection_lost},
      {CURLE_BAD_CONTENT_ENCODING, "", model::WireError::bad_body},
      {CURLE_WEIRD_SERVER_REPLY, "", model::WireError::bad_body},
      {CURLE_UNSUPPORTED_PROTOCOL, "Received HTTP/0.9 when not allowed",
       model::WireError::bad_body},
      // Our own callbacks refused nothing, so it is libcurl that could not undo a transfer coding.
      {CURLE_WRITE_ERROR, "", model::WireError::bad_body},
      {CURLE_SEND_ERROR, "", model::WireError::connection_lost},
      {CURLE_SSL_CACERT_BADFILE, "", model::WireError::monitor},
      {CURLE_OUT_OF_MEMORY, "", model::WireError::monitor},
      {CURLE_FAILED_INIT, "", model::WireError::monitor},
  };
  for (const Row& row : rows) {
    CAPTURE(row.code);
    transport::CurlEnding ending;
    ending.code = row.code;
    ending.text = row.text;
    CHECK(transport::wire_error_of(ending) == row.expected);
  }
}

TEST_CASE("a failed receive is blamed on what failed, whatever libcurl's message says") {
  using transport::TlsAlert;
  struct Row {
    bool chunked_body;
    long os_error;
    TlsAlert alert;
    model::Stage stage;
    model::WireError expected;
  };
  const Row rows[] = {
      // Neither the socket nor TLS failed: the chunks are broken.
      {true, 0, TlsAlert::none, model::Stage::receive, model::WireError::bad_body},
      {true, EPIPE, TlsAlert::none, model::Stage::receive, model::WireError::bad_body},
      {true, ECONNRESET, TlsAlert::none, model::Stage::receive, model::WireError::connection_lost},
      {true, 0, TlsAlert::sent, model::Stage::receive, model::WireError::connection_lost},
      {true, 0, TlsAlert::received, model::Stage::receive, model::WireError::connection_lost},
      {false, 0, TlsAlert::none, model::Stage::receive, model::WireError::connection_lost},
      // A server that wants another certificate says so when it has our request.
      {false, 0, TlsAlert::received, model::Stage::wait, model::WireError::tls},
      {false, 0, TlsAlert::sent, model::Stage::wait, model::WireError::connection_lost},
      {false, ECONNRESET, TlsAlert::none, model::Stage::wait, model::WireError::connection_lost},
  };
  for (const Row& row : rows) {
    for (const std::string_view text :
         {"", "Illegal or missing hexadecimal sequence in chunked-encoding",
          "OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required"}) {
      transport::CurlEnding ending;
      ending.code = CURLE_RECV_ERROR;
      ending.text = text;
      ending.chunked_body = row.chunked_body;
      ending.os_error = row.os_error;
      ending.alert = row.alert;
      ending.stage = row.stage;
      CHECK(transport::wire_error_of(ending) == row.expected);
    }
  }
}

TEST_CASE("a server that refuses us in the handshake is one thing, whatever libcurl was at") {
  for (const int code : {CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING}) {
    transport::CurlEnding ending;
    ending.code = code;
    ending.os_error = ECONNRESET;
    ending.alert = transport::TlsAlert::received;
    ending.stage = model::Stage::wait;
    CHECK(transport::wire_error_of(ending) == model::WireError::tls);
    CHECK(transport::cause_of(ending, model::WireError::tls) == model::Cause::certificate_wanted);
  }
}

TEST_CASE("what our callbacks refuse is the peer's doing") {
  struct Row {
    transport::Refused refused;
    model::WireError expected;
  };
  for (const Row& row : {Row{transport::Refused::headers, model::WireError::bad_body},
                         Row{transport::Refused::body, model::WireError::too_large},
                         Row{transport::Refused::endless, model::WireError::bad_body},
                         Row{transport::Refused::coding, model::WireError::bad_body},
                         Row{transport::Refused::broken_gzip, model::WireError::bad_body}}) {
    transport::CurlEnding ending;
    ending.code = CURLE_WRITE_ERROR;
    ending.refused = row.refused;
    CHECK(transport::wire_error_of(ending) == row.expected);
  }
  transport::CurlEnding cut;
  cut.body_cut = true;
  CHECK(transport::wire_error_of(cut) == model::WireError::bad_body);
}

TEST_CASE("a header line that never ends is not a lack of memory") {
  constexpr int kCurlTooLarge = 100;
  for (const int code : {int{CURLE_OUT_OF_MEMORY}, kCurlTooLarge}) {
    transport::CurlEnding ending;
    ending.code = code;
    CHECK(transport::wire_error_of(ending) == model::WireError::monitor);
    ending.endless_line = true;
    CHECK(transport::wire_error_of(ending) == model::WireError::bad_body);
    ending.endless_line = false;
    ending.chunked_body = true;
    CHECK(transport::wire_error_of(ending) == model::WireError::bad_body);
    ending.chunked_body = false;
    ending.at_proxy = true;
    CHECK(transport::wire_error_of(ending) == model::WireError::proxy);
  }
}

TEST_CASE("a lookup that we had no means for is our own failure") {
  for (const int code : {CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY}) {
    transport::CurlEnding ending;
    ending.code = code;
    ending.no_lookup_means = true;
    CHECK(transport::wire_error_of(ending) == model::WireError::monitor);
  }
}

TEST_CASE("why a name or a certificate failed is known without libcurl's words") {
  using model::Cause;
  using model::WireError;
  transport::CurlEnding ending;
  ending.code = CURLE_COULDNT_RESOLVE_HOST;
  CHECK(transport::cause_of(ending, WireError::resolve) == Cause::name_unknown);
  ending.timed_out = true;
  CHECK(transport::cause_of(ending, WireError::resolve) == Cause::name_late);
  CHECK(transport::cause_of(ending, WireError::tls) == Cause::unknown);
  ending.timed_out = false;
  ending.code = CURLE_PEER_FAILED_VERIFICATION;
  CHECK(transport::cause_of(ending, WireError::tls) == Cause::other_host);
  ending.refused_certificate = Cause::certificate_expired;
  CHECK(transport::cause_of(ending, WireError::tls) == Cause::certificate_expired);
  CHECK(transport::cause_of(ending, WireError::proxy) == Cause::unknown);
  ending.code = CURLE_SSL_CONNECT_ERROR;
  CHECK(transport::cause_of(ending, WireError::tls) == Cause::unknown);
  ending.code = CURLE_SSL_CLIENTCERT;
  CHECK(transport::cause_of(ending, WireError::tls) == Cause::certificate_wanted);
}

TEST_CASE("a deadline says where it struck") {
  struct Row {
    model::Stage stage;
    model::WireError expected;
  };
  const Row rows[] = {{model::Stage::resolve, model::WireError::resolve},
                      {model::Stage::connect, model::WireError::connect_timeout},
                      {model::Stage::tls, model::WireError::tls},
                      {model::Stage::send, model::WireError::response_timeout},
                      {model::Stage::wait, model::WireError::response_timeout},
                      {model::Stage::receive, model::WireError::response_timeout}};
  for (const Row& row : rows) {
    transport::CurlEnding ending;
    ending.timed_out = true;
    ending.stage = row.stage;
    CHECK(transport::wire_error_of(ending) == row.expected);
  }
}

TEST_CASE("a request that the server's kernel never acknowledged was lost by the network") {
  const model::Deadlines limits{.total = 10s};
  for (const auto stage : {model::Stage::send, model::Stage::wait, model::Stage::receive}) {
    transport::CurlEnding ending;
    ending.timed_out = true;
    ending.unacknowledged = true;
    ending.stage = stage;
    CHECK(transport::wire_error_of(ending) == model::WireError::connection_lost);
    CHECK(transport::cause_of(ending, model::WireError::connection_lost) ==
          model::Cause::never_acknowledged);
    CHECK(transport::describe_timeout(ending, limits) ==
          "no acknowledgement of what was sent, and sent again, within 10s");
    // On the way to a proxy it is the proxy that is silent.
    ending.at_proxy = true;
    CHECK(transport::wire_error_of(ending) == model::WireError::proxy);
  }
  // A server that acknowledges and says nothing is late.
  transport::CurlEnding acknowledged;
  acknowledged.timed_out = true;
  acknowledged.stage = model::Stage::wait;
  CHECK(transport::wire_error_of(acknowledged) == model::WireError::response_timeout);
  CHECK(transport::describe_timeout(acknowledged, limits) == "no reply within 10s");
  // Before the request the stage says more.
  acknowledged.unacknowledged = true;
  acknowledged.stage = model::Stage::tls;
  CHECK(transport::wire_error_of(acknowledged) == model::WireError::tls);
}

TEST_CASE("of several addresses the second has its turn before the time to connect is over") {
  for (const auto connect : {500ms, 2000ms, 5000ms}) {
    for (const auto resolve : {500ms, connect, connect * 3 / 2}) {
      CAPTURE(connect);
      CAPTURE(resolve);
      const model::Deadlines deadlines{
          .total = 20s, .resolve = resolve, .connect = connect, .tls = 5s};
      const base::Nanoseconds limit = transport::limit_until_first_socket(deadlines);
      // libcurl gives the first address half, and the only one all.
      CHECK(limit / 2 < connect);
      CHECK(limit > connect);
      CHECK(limit > resolve);
    }
  }
}

TEST_CASE("a lookup that libcurl ended before us was held up by ourselves") {
  transport::CurlEnding ending;
  ending.code = CURLE_OPERATION_TIMEDOUT;
  ending.stage = model::Stage::resolve;
  CHECK(transport::wire_error_of(ending) == model::WireError::monitor);
  ending.timed_out = true;
  CHECK(transport::wire_error_of(ending) == model::WireError::resolve);
}

TEST_CASE("whoever did not get all of its time from us has not failed") {
  struct Row {
    int code;
    bool timed_out;
    bool time_left;
    base::Nanoseconds our_delay;
    model::WireError expected;
  };
  const Row rows[] = {
      {CURLE_OK, true, true, 20s, model::WireError::monitor},
      {CURLE_OK, true, false, 20s, model::WireError::tls},
      // Hung up on by a peer that has lost its patience, perhaps.
      {CURLE_SSL_CONNECT_ERROR, false, false, 16s, model::WireError::monitor},
      {CURLE_GOT_NOTHING, false, false, 16s, model::WireError::monitor},
      {CURLE_RECV_ERROR, false, false, 16s, model::WireError::monitor},
      {CURLE_OPERATION_TIMEDOUT, false, false, 16s, model::WireError::monitor},
      // Or not.
      {CURLE_SSL_CONNECT_ERROR, false, false, 15s, model::WireError::tls},
      {CURLE_OPERATION_TIMEDOUT, false, false, 15s, model::WireError::tls},
      {CURLE_GOT_NOTHING, false, false, 0s, model::WireError::connection_lost},
      // These say what is wrong, however late it is.
      {CURLE_PEER_FAILED_VERIFICATION, false, false, 16s, model::WireError::tls},
      {CURLE_COULDNT_CONNECT, false, false, 16s, model::WireError::connect},
      {CURLE_OK, false, false, 16s, model::WireError::none},
  };
  for (const Row& row : rows) {
    CAPTURE(row.code);
    CAPTURE(row.our_delay.count());
    transport::CurlEnding ending;
    ending.code = row.code;
    ending.timed_out = row.timed_out;
    ending.time_left = row.time_left;
    ending.our_delay = row.our_delay;
    ending.took = 30s;
    ending.stage = model::Stage::tls;
    CHECK(transport::wire_error_of(ending) == row.expected);
    CHECK(transport::is_our_delay(ending) == (row.expected == model::WireError::monitor));
  }
  transport::CurlEnding lost;
  lost.code = CURLE_GOT_NOTHING;
  lost.stage = model::Stage::send;
  lost.took = 5s;
  lost.our_delay = 5s;
  CHECK(transport::wire_error_of(lost) == model::WireError::monitor);
  lost.our_delay = 4999ms;
  CHECK(transport::wire_error_of(lost) == model::WireError::connection_lost);
  // It had the request and did not answer.
  lost.our_delay = 5s;
  lost.stage = model::Stage::wait;
  CHECK(transport::wire_error_of(lost) == model::WireError::connection_lost);
}

TEST_CASE("our own limits come before libcurl's words") {
  transport::CurlEnding ending;
  ending.code = CURLE_WRITE_ERROR;
  ending.refused = transport::Refused::body;
  CHECK(transport::wire_error_of(ending) == model::WireError::too_large);
  ending = {};
  ending.code = CURLE_COULDNT_CONNECT;
  ending.out_of_sockets = true;
  CHECK(transport::wire_error_of(ending) == model::WireError::monitor);
  ending = {};
  ending.headers_cut = true;
  CHECK(transport::wire_error_of(ending) == model::WireError::connection_lost);
  ending = {};
  ending.code = CURLE_RECV_ERROR;
  ending.proxy_status = 403;
  CHECK(transport::wire_error_of(ending) == model::WireError::proxy);
}

}  // namespace
}  // namespace reinfer::tests::transport_test
