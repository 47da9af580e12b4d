#include <arpa/inet.h>
#include <curl/curl.h>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>
#include <thread>

#include "base/text.h"
#include "expose/metrics.h"
#include "serve/routes.h"
#include "serve/server.h"
#include "tests/component/probing.h"

namespace reinfer {
namespace {

struct Page {
  long status = 0;
  std::map<std::string, std::string> headers;
  std::string body;
};

std::size_t take_body(char* data, std::size_t, std::size_t size, void* page) {
  static_cast<Page*>(page)->body.append(data, size);
  return size;
}

std::size_t take_header(char* data, std::size_t, std::size_t size, void* page) {
  const std::string_view line = trim(std::string_view(data, size));
  if (const auto colon = line.find(':'); colon != std::string_view::npos)
    static_cast<Page*>(page)->headers[to_lower(line.substr(0, colon))] =
        std::string(trim(line.substr(colon + 1)));
  return size;
}

Page get(int port, const std::string& path, const char* encoding = nullptr) {
  Page page;
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy(curl_easy_init(),
                                                                 curl_easy_cleanup);
  const std::string url = fmt::format("http://127.0.0.1:{}{}", port, path);
  curl_easy_setopt(easy.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(easy.get(), CURLOPT_ACCEPT_ENCODING, encoding);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &page);
  curl_easy_setopt(easy.get(), CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(easy.get(), CURLOPT_HEADERDATA, &page);
  CHECK(curl_easy_perform(easy.get()) == CURLE_OK);
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &page.status);
  return page;
}

class ServerTest {
 public:
  ServerTest()
      : probing(to_toml({"https://reinfer.io"})),
        ledger(probing.plan, clock.now()),
        statistics("/metrics"),
        server({{"127.0.0.1", 0}}, exporter_routes("/metrics", ledger, clock, statistics, ready),
               statistics, log),
        port(server.bind().value()) {
    server.start();
  }

  SystemClock clock;
  Log log = Log::silent();
  Probing probing;
  Ledger ledger;
  std::atomic<bool> ready{false};
  HttpStatistics statistics;
  Server server;
  const int port;
};

TEST_CASE_FIXTURE(ServerTest, "the routes answer, others are not found") {
  CHECK(get(port, "/-/healthy").status == 200);
  CHECK(get(port, "/-/ready").status == 503);
  ready = true;
  CHECK(get(port, "/-/ready").status == 200);
  const Page metrics = get(port, "/metrics");
  CHECK(metrics.status == 200);
  CHECK(metrics.headers.at("content-type") == kTextFormat);
  CHECK(metrics.body.find("reinfer_probe_results_total{tenant=\"t\",probe=\"dataset\"") !=
        std::string::npos);
  CHECK(get(port, "/").body.find("t/dataset: not probed yet") != std::string::npos);
  CHECK(get(port, "/nothing").status == 404);
  CHECK(get(port, "/metricsx").status == 404);
  CHECK(get(port, "/metrics/").status == 404);
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
  Server second({{"127.0.0.1", port}}, {}, statistics, log);
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
  const Log log = Log::silent();
  HttpStatistics statistics("/metrics");
  Server server({{"127.0.0.1", 0}}, {}, statistics, log);
  server.stop();
}

}  // namespace
}  // namespace reinfer
