#include <doctest/doctest.h>
#include <fmt/format.h>

#include <thread>

#include "http/server.h"
#include "metrics/metrics.h"
#include "routes/metrics_routes.h"
#include "tests/component/http_client.h"
#include "tests/component/probing.h"

namespace reinfer::tests::server_test {
namespace {

Page get(int port, const std::string& path, const char* encoding = nullptr) {
  const Page page = fetch(port, {.path = path, .encoding = encoding});
  CHECK(page.error == 0);
  return page;
}

class ServerTest {
 public:
  explicit ServerTest(std::string prefix = "")
      : probing(to_toml({"https://reinfer.io"})),
        ledger(probing.plan, clock.now()),
        server_instruments(instruments, "/metrics"),
        server({{{"127.0.0.1", 0}}, false, {}, http::read_web_files, {}, std::move(prefix)},
               routes::exporter_routes({"/metrics"}, ledger, clock, instruments, ready),
               server_instruments, log),
        port(server.bind().value()) {
    server.start();
  }

  base::SystemClock clock;
  base::Log log = base::Log::silent();
  Probing probing;
  record::Ledgers ledger;
  std::atomic<bool> ready{false};
  base::Instruments instruments;
  http::ServerInstruments server_instruments;
  http::Server server;
  const int port;
};

TEST_CASE_FIXTURE(ServerTest, "the routes answer, others are not found") {
  CHECK(get(port, "/-/healthy").status == 200);
  CHECK(get(port, "/-/ready").status == 503);
  ready = true;
  CHECK(get(port, "/-/ready").status == 200);
  const Page metrics = get(port, "/metrics");
  CHECK(metrics.status == 200);
  CHECK(metrics.headers.at("content-type") == metrics::text_format().content_type);
  CHECK(metrics.body.find("reinfer_probe_results_total{tenant=\"t\",probe=\"dataset\"") !=
        std::string::npos);
  CHECK(get(port, "/").body.find("t/dataset: not probed yet") != std::string::npos);
  CHECK(get(port, "/nothing").status == 404);
  CHECK(get(port, "/metricsx").status == 404);
  CHECK(get(port, "/metrics/").status == 404);
}

TEST_CASE("with a prefix all routes are below it, counted as ever, and others are led to it") {
  ServerTest below("/ops/reinfer");
  CHECK(get(below.port, "/ops/reinfer/-/healthy").status == 200);
  CHECK(get(below.port, "/ops/reinfer/metrics").status == 200);
  CHECK(get(below.port, "/ops/reinfer/").status == 200);
  for (const char* outside : {"/metrics", "/-/healthy", "/ops", "/ops/reinfers/metrics",
                              "/ops/reinfermetrics", "/other/reinfer/metrics"}) {
    CAPTURE(outside);
    CHECK(get(below.port, outside).status == 404);
  }
  for (const char* first : {"/", "/ops/reinfer"}) {
    const Page page = get(below.port, first);
    CHECK(page.status == 302);
    CHECK(page.headers.at("location") == "/ops/reinfer/");
  }
  CHECK(get(below.port, "/ops/reinfer/metrics")
            .body.find("http_requests_total{path=\"/metrics\",code=\"200\"} 1") !=
        std::string::npos);
}

TEST_CASE_FIXTURE(ServerTest, "metrics are compressed for those who ask") {
  const Page packed = get(port, "/metrics", "gzip");
  CHECK(packed.headers.at("content-encoding") == "gzip");
  CHECK(packed.body.find("# HELP reinfer_probe_results_total") == 0);
  CHECK(get(port, "/metrics").headers.count("content-encoding") == 0);
  CHECK(get(port, "/metrics", "br").headers.count("content-encoding") == 0);
  CHECK(get(port, "/metrics", "br, gzip").headers.at("content-encoding") == "gzip");
}

TEST_CASE_FIXTURE(ServerTest, "requests are counted by known paths only") {
  get(port, "/metrics");
  get(port, "/some/token-like-path");
  const std::string body = get(port, "/metrics").body;
  CHECK(body.find("reinfer_exporter_http_requests_total{path=\"/metrics\",code=\"200\"} 1") !=
        std::string::npos);
  CHECK(body.find("reinfer_exporter_http_requests_total{path=\"other\",code=\"404\"} 1") !=
        std::string::npos);
  CHECK(body.find("token-like") == std::string::npos);
}

TEST_CASE_FIXTURE(ServerTest, "a port in use is an error in words") {
  http::Server second({{{"127.0.0.1", port}}, false, {}, http::read_web_files, {}}, {},
                      server_instruments, log);
  const auto taken = second.bind();
  REQUIRE_FALSE(taken.has_value());
  CHECK(taken.error() ==
        fmt::format("cannot listen on 127.0.0.1:{}: Address already in use", port));
}

TEST_CASE_FIXTURE(ServerTest, "scrapes from many clients at once are each whole") {
  std::vector<std::thread> clients;
  std::atomic<int> whole{0};
  for (int i = 0; i < 8; ++i)
    clients.emplace_back([&] {
      for (int scrape = 0; scrape < 5; ++scrape)
        if (get(port, "/metrics").body.find("reinfer_exporter_series") != std::string::npos)
          ++whole;
    });
  for (std::thread& client : clients)
    client.join();
  CHECK(whole == 40);
}

TEST_CASE("a server that never started stops at once") {
  const base::Log log = base::Log::silent();
  base::Instruments instruments;
  http::ServerInstruments server_instruments(instruments, "/metrics");
  http::Server server({{{"127.0.0.1", 0}}, false, {}, http::read_web_files, {}}, {},
                      server_instruments, log);
  server.stop();
}

}  // namespace
}  // namespace reinfer::tests::server_test
