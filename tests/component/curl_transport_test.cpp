#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <latch>
#include <thread>

#include "simulator/fault.h"
#include "tests/component/probing.h"
#include "tests/component/raw_server.h"

namespace reinfer::tests::curl_transport_test {
namespace {

using namespace std::literals;
using simulator::PortKind;

const std::string kShort = "timeout = \"400ms\"";
const std::string kOkBody = R"({"status":"ok","dataset":{}})";

std::string http_reply(const std::string& body, const std::string& headers = "") {
  return fmt::format("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n{}\r\n{}", body.size(), headers,
                     body);
}

bool waits_on_purpose(std::string_view mode) {
  return mode == "slow_body" || mode == "never_answer";
}

TEST_CASE("each fault of a tenant has exactly its outcome, with and without TLS") {
  SimulatedTenant tenant;
  for (const simulator::PortKind port : {simulator::PortKind::http, simulator::PortKind::https}) {
    for (const simulator::FaultMode& mode : simulator::fault_modes()) {
      if (mode.scope != simulator::FaultScope::request) continue;
      CAPTURE(mode.name);
      const std::string path = "faults/" + std::string(mode.name);
      const model::ProbeResult result = probe_once({tenant->base_url(port, path), tenant.ca_file(),
                                                    waits_on_purpose(mode.name) ? kShort : ""});
      CAPTURE(result.message);
      CHECK(label(result) == mode.expected_outcome);
    }
  }
}

TEST_CASE("each probe is one request, which names us and carries the token once") {
  SimulatedTenant tenant;
  Probing probing(to_toml({tenant->base_url(simulator::PortKind::https), tenant.ca_file()}));
  for (int i = 0; i < 5; ++i)
    CHECK(label(probing.probe()) == "ok");
  const simulator::RequestsSeen seen = tenant->requests_seen();
  CHECK(seen.requests == 5);
  CHECK(seen.connections == 5);
}

TEST_CASE("what is sent is what the API expects") {
  std::string head;
  RawServer server([&](int socket, int) {
    read_head(socket, &head);
    send_text(socket, http_reply(kOkBody));
  });
  const model::ProbeResult result = probe_once({server.base_url()});
  CHECK(label(result) == "ok");
  CHECK(head.rfind("GET /api/v1/datasets/demo/support HTTP/1.1\r\n", 0) == 0);
  CHECK(head.find("Authorization: Bearer component-test-token\r\n") != std::string::npos);
  CHECK(head.find("User-Agent: reinfer_exporter/") != std::string::npos);
  CHECK(head.find("x-request-id: " + result.request_id) != std::string::npos);
  CHECK(head.find("Accept-Encoding: gzip") != std::string::npos);
  CHECK(head.find("Content-Type") == std::string::npos);
}

TEST_CASE("a redirect is not followed and the token goes nowhere else") {
  std::atomic<int> strangers{0};
  RawServer stranger([&](int, int) { ++strangers; });
  RawServer server([&](int socket, int) {
    read_head(socket);
    send_text(socket, "HTTP/1.1 302 Found\r\nlocation: " + stranger.base_url() +
                          "/\r\ncontent-length: 0\r\n\r\n");
  });
  CHECK(label(probe_once({server.base_url()})) == "redirected");
  CHECK(server.connections() == 1);
  CHECK(strangers == 0);
}

TEST_CASE("before a request can be sent, each stage has its own failure") {
  SimulatedTenant tenant;
  const auto at_port = [](int port) { return fmt::format("https://127.0.0.1:{}", port); };
  CHECK(label(probe_once({at_port(closed_port())})) == "connect_error");
  CHECK(label(probe_once({"https://no-such-host.invalid"})) == "dns_error");
  const FullServer full;
  const model::ProbeResult unanswered =
      probe_once({at_port(full.port()), "", "connect_timeout = \"200ms\""});
  CHECK(label(unanswered) == "connect_timeout");
  CHECK(unanswered.phases.connect.has_value());
  CHECK_FALSE(unanswered.phases.wait.has_value());
  CHECK(unanswered.message == "no connection within 200ms");
}

TEST_CASE("a certificate that is expired, of another host or of another CA is a tls_error") {
  SimulatedTenant tenant;
  const auto probe = [&](simulator::PortKind port, const std::string& ca) {
    const model::ProbeResult result = probe_once({tenant->base_url(port), ca});
    CAPTURE(result.message);
    return std::pair(label(result), result.cause);
  };
  using model::Cause;
  CHECK(probe(PortKind::https, tenant.ca_file()) == std::pair("ok"s, Cause::unknown));
  CHECK(probe(PortKind::https_expired, tenant.ca_file()) ==
        std::pair("tls_error"s, Cause::certificate_expired));
  CHECK(probe(PortKind::https_wrong_name, tenant.ca_file()) ==
        std::pair("tls_error"s, Cause::other_host));
  CHECK(probe(PortKind::https, "") == std::pair("tls_error"s, Cause::issuer_unknown));
}

TEST_CASE("a server that accepts and never speaks TLS fails in its own stage") {
  SimulatedTenant tenant;
  REQUIRE_FALSE(tenant->set_fault("tls_never").has_value());
  const model::ProbeResult result = probe_once(
      {tenant->base_url(simulator::PortKind::https), tenant.ca_file(), "tls_timeout = \"200ms\""});
  CHECK(label(result) == "tls_error");
  CHECK(result.phases.tls.has_value());
  CHECK(result.message == "TLS handshake not done within 200ms");
}

TEST_CASE("a fresh connection shows every phase and the certificate") {
  SimulatedTenant tenant(20ms);
  const model::ProbeResult result =
      probe_once({tenant->base_url(simulator::PortKind::https), tenant.ca_file()});
  REQUIRE(label(result) == "ok");
  CHECK(result.phases.resolve.has_value());
  CHECK(result.phases.connect.has_value());
  CHECK(result.phases.tls.has_value());
  CHECK(result.phases.send.has_value());
  CHECK(result.phases.receive.has_value());
  CHECK(*result.phases.total >= 20ms);
  CHECK(*result.phases.total >= *result.phases.wait);
  CHECK(*result.server_processing >= 20ms);
  REQUIRE(result.tls.has_value());
  CHECK(result.tls->version == "TLSv1.3");
  CHECK(result.tls->earliest_expiry > base::SystemClock().now().wall);
}

TEST_CASE("a reused connection pays for resolve, connect and TLS once") {
  SimulatedTenant tenant;
  Probing probing(to_toml(
      {tenant->base_url(simulator::PortKind::https), tenant.ca_file(), "connection = \"reuse\""}));
  const model::ProbeResult first = probing.probe();
  CHECK_FALSE(first.connection_reused);
  CHECK(first.phases.tls.has_value());
  for (int i = 0; i < 4; ++i) {
    const model::ProbeResult next = probing.probe();
    CHECK(label(next) == "ok");
    CHECK(next.connection_reused);
    CHECK_FALSE(next.phases.resolve.has_value());
    CHECK_FALSE(next.phases.connect.has_value());
    CHECK_FALSE(next.phases.tls.has_value());
    CHECK(next.phases.wait.has_value());
  }
  CHECK(tenant->requests_seen().connections == 1);
}

TEST_CASE("a request sent again because a reused connection was dead is told apart") {
  RawServer server([&](int socket, int connection) {
    if (!read_head(socket)) return;
    send_text(socket, http_reply(kOkBody));
    // The first connection takes one more request and hangs up on it.
    if (connection == 0) read_head(socket);
  });
  Probing probing(to_toml({server.base_url(), "", "connection = \"reuse\""}));
  CHECK_FALSE(probing.probe().resent);
  const model::ProbeResult second = probing.probe();
  CHECK(label(second) == "ok");
  CHECK(second.resent);
}

TEST_CASE("a host without name resolution has no resolve phase") {
  RawServer server([](int socket, int) {
    read_head(socket);
    send_text(socket, http_reply(kOkBody));
  });
  const model::ProbeResult result = probe_once({server.base_url()});
  CHECK_FALSE(result.phases.resolve.has_value());
  CHECK_FALSE(result.phases.tls.has_value());
  CHECK(result.remote_address.rfind("127.0.0.1:", 0) == 0);
}

TEST_CASE("header lines are a list in order, repeats and trailers included") {
  RawServer server([](int socket, int) {
    read_head(socket);
    send_text(socket,
              "HTTP/1.1 103 Early Hints\r\nserver-timing: total;dur=999\r\n\r\n"
              "HTTP/1.1 200 OK\r\nServer-Timing: cfL4;desc=\"x\"\r\n"
              "transfer-encoding: chunked\r\ntrailer: server-timing\r\n\r\n" +
                  fmt::format("{:x}\r\n{}\r\n0\r\nserver-timing: total;dur=0.5\r\n\r\n",
                              kOkBody.size(), kOkBody));
  });
  const model::ProbeResult result = probe_once({server.base_url()});
  CHECK(label(result) == "ok");
  REQUIRE(result.server_timing.size() == 2);
  CHECK(result.server_timing[0].name == "cfL4");
  CHECK(result.server_processing == 500us);
}

TEST_CASE("headers beyond the limit are dropped and counted, the reply stays good") {
  SimulatedTenant tenant;
  const model::ProbeResult result = probe_once(
      {tenant->base_url(simulator::PortKind::https, "faults/many_headers"), tenant.ca_file()});
  CHECK(label(result) == "ok");
  CHECK(result.headers_dropped > 700);
}

TEST_CASE("the size of a body counts after decompression") {
  SimulatedTenant tenant;
  const std::string url = tenant->base_url(simulator::PortKind::https);
  CHECK(label(probe_once({url, tenant.ca_file(), "body_bytes_max = 100"})) == "response_too_large");
  CHECK(label(probe_once({tenant->base_url(simulator::PortKind::https, "faults/gzip_bomb"),
                          tenant.ca_file()})) == "response_too_large");
}

TEST_CASE("a POST carries its body and type") {
  std::string head;
  std::string body(2, '\0');
  RawServer server([&](int socket, int) {
    read_head(socket, &head);
    [[maybe_unused]] const auto received = recv(socket, body.data(), body.size(), MSG_WAITALL);
    send_text(socket, http_reply(R"({"status":"ok"})"));
  });
  TenantText tenant{server.base_url()};
  tenant.probe =
      "use = \"source_statistics\"\nproject = \"demo\"\nsource = \"emails\"\n"
      "interval = \"60s\"";
  CHECK(label(probe_once(tenant)) == "ok");
  CHECK(head.rfind("POST /api/v1/sources/demo/emails/statistics HTTP/1.1\r\n", 0) == 0);
  CHECK(head.find("Content-Type: application/json\r\n") != std::string::npos);
  CHECK(head.find("Expect:") == std::string::npos);
  CHECK(body == "{}");
}

TEST_CASE("running out of descriptors is the monitor's fault") {
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  Probing probing(to_toml({fmt::format("http://127.0.0.1:{}", closed_port())}));
  const int lowest_free = dup(0);
  close(lowest_free);
  const rlimit none_left{static_cast<rlim_t>(lowest_free), before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none_left);
  const model::ProbeResult result = probing.probe();
  setrlimit(RLIMIT_NOFILE, &before);
  CHECK(label(result) == "monitor_error");
}

TEST_CASE("wake ends a poll from another thread, before or during it") {
  transport::CurlTransport transport;
  transport.wake();
  CHECK(transport.poll(base::MonoTime::max()).empty());
  std::thread other([&] { transport.wake(); });
  CHECK(transport.poll(base::MonoTime::max()).empty());
  other.join();
  CHECK(transport.waited() >= 0ns);
}

TEST_CASE("many probes at once each end once") {
  SimulatedTenant tenant;
  std::string toml = to_toml({tenant->base_url(simulator::PortKind::https), tenant.ca_file()});
  for (int i = 0; i < 60; ++i)
    toml += fmt::format(
        "[[tenant.probe]]\nname = \"p{}\"\nuse = \"source\"\nproject = \"demo\"\n"
        "source = \"emails\"\n",
        i);
  Probing probing(toml);
  for (std::size_t i = 0; i < probing.plan->targets().size(); ++i)
    CHECK(probing.start(i).kind == probe::Prober::Start::Kind::sent);
  std::size_t ok = 0;
  while (probing.prober.in_flight() > 0)
    for (const model::ProbeResult& result : probing.turn())
      ok += result.outcome == model::Outcome::ok ? 1 : 0;
  CHECK(ok == 61);
  CHECK(tenant->requests_seen().requests == 61);
}

TEST_CASE("of several events that wait, no more than one is handled before a slot that is due") {
  std::latch asked{2};
  std::latch go_on{1};
  std::latch answered{2};
  const auto serve = [&](int socket, int) {
    if (!read_head(socket)) return;
    asked.count_down();
    go_on.wait();
    send_text(socket, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
    answered.count_down();
    read_head(socket);
  };
  RawServer one(serve);
  RawServer two(serve);
  transport::CurlTransport transport;
  std::uint64_t id = 0;
  for (const RawServer* server : {&one, &two}) {
    model::Request request;
    request.method = "GET";
    request.url = server->base_url() + "/";
    request.deadlines = {10s, 10s, 10s, 10s};
    request.body_bytes_max = 1000;
    transport.start(transport::ProbeId{++id}, std::move(request));
  }
  while (!asked.try_wait())
    CHECK(transport.poll(base::mono_now() + 1ms).empty());
  go_on.count_down();
  answered.wait();
  std::size_t ended = 0;
  while (ended < 2) {
    const std::size_t at_once = transport.poll(base::mono_now()).size();
    CHECK(at_once <= 1);
    ended += at_once;
  }
}

TEST_CASE("a transport may be given up with probes in flight") {
  SimulatedTenant tenant;
  Probing probing(to_toml(
      {tenant->base_url(simulator::PortKind::https, "faults/never_answer"), tenant.ca_file()}));
  CHECK(probing.start(0).kind == probe::Prober::Start::Kind::sent);
  CHECK(probing.turn(probing.clock.now().mono).empty());
}

}  // namespace
}  // namespace reinfer::tests::curl_transport_test
