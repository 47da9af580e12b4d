#include <doctest/doctest.h>
#include <fmt/format.h>

#include <new>
#include <utility>

#include "base/gzip.h"
#include "http/server.h"
#include "metrics/format.h"
#include "metrics/instrument_samples.h"
#include "routes/metrics_routes.h"
#include "tests/component/http_client.h"
#include "tests/unit/plans.h"

namespace reinfer::tests::streaming_test {
namespace {

using namespace std::chrono_literals;

std::string many_targets(int tenants) {
  std::string toml;
  for (int i = 0; i < tenants; ++i)
    toml += fmt::format(
        "[[tenant]]\nname = \"t{}\"\nbase_url = \"https://reinfer.io\"\ntoken_env = \"T\"\n"
        "[[tenant.probe]]\nuse = \"projects\"\n",
        i);
  return toml;
}

// More targets than fit into one piece of a scrape.
class StreamingTest {
 public:
  StreamingTest()
      : ledger(plan_from(many_targets(100)), clock.now()),
        server_instruments(instruments, "/metrics"),
        server({{{"127.0.0.1", 0}}, false, {}, http::read_web_files, {}},
               routes::exporter_routes({"/metrics"}, ledger, clock, instruments, ready),
               server_instruments, log),
        port(server.bind().value()) {
    server.start();
  }

  static bool whole(const std::string& body) {
    return body.starts_with("# HELP reinfer_probe_results_total") && body.ends_with("\n") &&
           body.size() > 500'000 && body.find("\nreinfer_exporter_series ") != std::string::npos;
  }

  std::string ask(const std::string& head) const {
    RawClient client(port);
    client.send(head + "\r\n\r\n");
    return client.read_to_end();
  }

  // How many scrapes have been timed.
  std::uint64_t scrapes() const {
    for (const metrics::InstrumentFamily& family : metrics::collect(instruments))
      if (family.name == "reinfer_exporter_scrape_duration_seconds")
        return family.samples.front().histogram.count();
    return 0;
  }

  base::SystemClock clock;
  base::Log log = base::Log::silent();
  record::Ledgers ledger;
  std::atomic<bool> ready{true};
  base::Instruments instruments;
  http::ServerInstruments server_instruments;
  http::Server server;
  const int port;
};

TEST_CASE_FIXTURE(StreamingTest, "a long scrape comes in chunks and is whole, packed or not") {
  for (const char* encoding : {static_cast<const char*>(nullptr), "gzip"}) {
    const Page page = fetch(port, {.path = "/metrics", .encoding = encoding});
    CHECK(page.error == 0);
    CHECK(page.status == 200);
    CHECK(page.headers.at("transfer-encoding") == "chunked");
    CHECK(page.headers.count("content-length") == 0);
    CHECK(page.headers.count("content-encoding") == (encoding == nullptr ? 0 : 1));
    CHECK(page.headers.at("content-type") == metrics::text_format().content_type);
    CHECK(whole(page.body));
  }
  CHECK(scrapes() == 2);
}

TEST_CASE_FIXTURE(StreamingTest, "every format may be long") {
  const Page page =
      fetch(port, {.path = "/metrics", .headers = {"Accept: application/openmetrics-text"}});
  CHECK(page.headers.at("content-type").starts_with("application/openmetrics-text"));
  CHECK(page.body.ends_with("\n# EOF\n"));
}

TEST_CASE_FIXTURE(StreamingTest, "a connection goes on after a long reply") {
  const std::string two = "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string replies = ask(two + "GET /-/healthy HTTP/1.1\r\nHost: a\r\nConnection: close");
  CHECK(replies.find("\r\n0\r\n\r\nHTTP/1.1 200 OK") != std::string::npos);
  CHECK(replies.ends_with("healthy\n"));
}

TEST_CASE_FIXTURE(StreamingTest, "who asks for the head alone gets no more") {
  const std::string reply = ask("HEAD /metrics HTTP/1.1\r\nHost: a\r\nConnection: close");
  CHECK(reply.find("Transfer-Encoding: chunked") != std::string::npos);
  CHECK(reply.ends_with("\r\n\r\n"));
  CHECK(reply.size() < 1000);
}

TEST_CASE_FIXTURE(StreamingTest, "a client that knows no chunks reads to the end") {
  const std::string reply = ask("GET /metrics HTTP/1.0");
  CHECK(reply.find("chunked") == std::string::npos);
  const std::size_t body = reply.find("\r\n\r\n");
  REQUIRE(body != std::string::npos);
  CHECK(whole(reply.substr(body + 4)));
}

TEST_CASE_FIXTURE(StreamingTest, "whoever asks for a part of a long scrape gets all of it") {
  const std::string all = fetch(port, {.path = "/metrics"}).body;
  for (const char* range :
       {"bytes=0-5", "bytes=99999999-100000099", "bytes=99999999-", "bytes=-7"}) {
    const Page page =
        fetch(port, {.path = "/metrics", .headers = {fmt::format("Range: {}", range)}});
    CHECK(page.error == 0);
    CHECK(page.status == 200);
    CHECK(page.body.size() > all.size() / 2);
    CHECK(page.body.starts_with("# HELP"));
  }
}

// Never ends, and counts those of it that are still there.
class EndlessBody final : public http::BodySource {
 public:
  explicit EndlessBody(std::atomic<int>& alive) : alive_(alive) { ++alive_; }
  ~EndlessBody() override { --alive_; }
  std::string_view next() override { return text_; }
  bool done() const override { return false; }

 private:
  std::atomic<int>& alive_;
  const std::string text_ = std::string(64 * 1024, 'x');
};

// A server whose long reply never ends.
struct EndlessServer {
  explicit EndlessServer(base::Nanoseconds stall_time) {
    http::ServerLimits limits;
    limits.streams_max = 2;
    limits.stall_time = stall_time;
    limits.stop_time = 0s;
    const auto endless = [this](const http::HttpRequest&) {
      http::HttpReply reply;
      reply.source = std::make_unique<EndlessBody>(alive);
      return reply;
    };
    server = std::make_unique<http::Server>(
        http::ServerOptions{{{"127.0.0.1", 0}}, false, {}, http::read_web_files, limits},
        http::Routes{{"GET", "/endless", http::RouteAccess::open, endless},
                     {"GET", "/-/healthy", http::RouteAccess::open,
                      [](auto&) { return http::HttpReply{}; }}},
        server_instruments, log);
    port = server->bind().value();
    server->start();
  }

  // A client that has asked for the endless reply and read its head, and the head.
  std::pair<std::unique_ptr<RawClient>, std::string> ask() const {
    auto client = std::make_unique<RawClient>(port);
    client->send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
    const std::string head = client->read_until("\r\n\r\n");
    return {std::move(client), head};
  }

  std::atomic<int> alive{0};
  const base::Log log = base::Log::silent();
  base::Instruments instruments;
  http::ServerInstruments server_instruments{instruments, "/metrics"};
  std::unique_ptr<http::Server> server;
  int port = 0;
};

// A body whose second piece finds no memory.
class HalfABody final : public http::BodySource {
 public:
  std::string_view next() override {
    if (std::exchange(begun_, true)) throw std::bad_alloc();
    return piece_;
  }
  bool done() const override { return false; }

 private:
  const std::string piece_ = std::string(100'000, 'x');
  bool begun_ = false;
};

TEST_CASE("a reply that memory has no room for costs itself alone") {
  constexpr auto kUsers = http::RouteAccess::users;
  base::Instruments instruments;
  http::ServerInstruments server_instruments(instruments, "/metrics");
  const base::Log log = base::Log::silent();
  const auto none = [](const http::HttpRequest&) -> http::HttpReply { throw std::bad_alloc(); };
  const auto half = [](const http::HttpRequest&) {
    http::HttpReply reply{200, "text/plain", {}, {}};
    reply.source = std::make_unique<HalfABody>();
    return reply;
  };
  const auto good = [](const http::HttpRequest&) {
    return http::HttpReply{200, "text/plain", "good\n", {}};
  };
  http::Server server({{{"127.0.0.1", 0}}, false, {}, http::read_web_files, {}},
                      {{"GET", "/none", kUsers, none},
                       {"GET", "/half", kUsers, half},
                       {"GET", "/good", kUsers, good}},
                      server_instruments, log);
  const int port = server.bind().value();
  server.start();
  for (int i = 0; i < 3; ++i) {
    const Page refused = fetch(port, {.path = "/none"});
    CHECK(refused.status == 503);
    CHECK(refused.headers.at("retry-after") == "1");
    const Page cut = fetch(port, {.path = "/half"});
    CHECK(cut.error != 0);
    CHECK(fetch(port, {.path = "/good"}).body == "good\n");
  }
  CHECK(server_instruments.rejections(http::Rejection::busy) == 6);
}

TEST_CASE("clients that do not take their long replies make room for each other") {
  EndlessServer endless(0s);
  std::vector<std::unique_ptr<RawClient>> deaf;
  while (deaf.size() < 5) {
    auto [client, head] = endless.ask();
    // Until the buffers are full, the ones before count as taking theirs.
    if (head.find("200 OK") != std::string::npos) deaf.push_back(std::move(client));
  }
  CHECK(fetch(endless.port, {.path = "/-/healthy"}).status == 200);
  CHECK(endless.server_instruments.rejections(http::Rejection::slow) == 3);
  endless.server.reset();
  CHECK(endless.alive == 0);
}

TEST_CASE("a newcomer beyond the limit is told to come again, and no long reply is cut off") {
  EndlessServer endless(1h);
  const auto first = endless.ask();
  const auto second = endless.ask();
  CHECK(first.second.find("200 OK") != std::string::npos);
  CHECK(second.second.find("200 OK") != std::string::npos);
  for (int i = 0; i < 10; ++i) {
    const Page refused = fetch(endless.port, {.path = "/endless"});
    CHECK(refused.status == 503);
    CHECK(refused.headers.at("retry-after") == "1");
  }
  CHECK(endless.server_instruments.rejections(http::Rejection::busy) == 10);
  CHECK(endless.server_instruments.rejections(http::Rejection::slow) == 0);
  // More than the kernel keeps for them.
  for (const auto* client : {&first, &second})
    for (int mebibyte = 0; mebibyte < 16; ++mebibyte)
      CHECK(client->first->read_some(1 << 20).size() == 1 << 20);
}

TEST_CASE_FIXTURE(StreamingTest, "a crowd of scrapers gets every scrape whole") {
  std::atomic<int> whole_scrapes{0};
  std::vector<std::thread> crowd;
  for (int i = 0; i < 20; ++i)
    crowd.emplace_back([&] {
      for (int scrape = 0; scrape < 5; ++scrape) {
        const Page page = fetch(port, {.path = "/metrics"});
        if (page.error == 0 && page.status == 200 && whole(page.body)) ++whole_scrapes;
      }
    });
  for (std::thread& scraper : crowd)
    scraper.join();
  CHECK(whole_scrapes == 100);
  CHECK(server_instruments.rejections(http::Rejection::slow) == 0);
}

}  // namespace
}  // namespace reinfer::tests::streaming_test
