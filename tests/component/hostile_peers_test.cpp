// Peers of the probes that break the rules of HTTP/1.1 and HTTP/2. The outcome is fixed, and other
// targets do not notice.
#include <curl/curl.h>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <new>
#include <thread>
#include <vector>

#include "base/gzip.h"
#include "tests/component/h2_server.h"
#include "tests/component/raw_server.h"

namespace reinfer::tests::hostile_peers_test {
namespace {

using namespace std::chrono_literals;

const std::string kOkBody = R"({"status":"ok","dataset":{}})";

std::string good_reply(const std::string& more_headers = "") {
  return fmt::format(
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{}Content-Length: {}\r\n\r\n{}",
      more_headers, kOkBody.size(), kOkBody);
}

constexpr const char* kTimeout408 =
    "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

TEST_CASE("a reply that was there before the request left is no reply to it") {
  std::atomic<int> requests{0};
  std::atomic<int> idle{0};      // connections that a balancer finds idle for too long
  std::atomic<int> given_up{0};  // those that it has said so to
  std::atomic<int> closed{0};
  RawServer server([&](int socket, int connection) {
    if (!read_head(socket)) return;
    ++requests;
    send_text(socket, good_reply());
    if (connection % 2 == 0) {
      while (idle <= connection / 2)
        std::this_thread::yield();
      send_text(socket, kTimeout408);
      ++given_up;
      return;
    }
    if (read_head(socket)) ++requests;
    send_text(socket, good_reply());
    shutdown(socket, SHUT_RDWR);
    ++closed;
  });
  Probing probing(to_toml({server.base_url(), "", "connection = \"reuse\""}));
  for (int i = 0; i < 6; ++i) {
    const model::ProbeResult result = probing.probe();
    CHECK(label(result) == "ok");
    // The second and the fifth would get the 408.
    CHECK(result.connection_reused == (i % 3 == 2));
    CHECK_FALSE(result.resent);
    CHECK(result.phases.connect.has_value() == (i % 3 != 2));
    idle = i / 3 + 1;
    while (given_up < idle || closed < (i + 1) / 3)
      std::this_thread::yield();
  }
  CHECK(requests == 6);
}

TEST_CASE("a kept connection that the server has closed is not sent on") {
  std::atomic<int> closed{0};
  RawServer server([&](int socket, int) {
    read_head(socket);
    send_text(socket, good_reply());
    shutdown(socket, SHUT_RDWR);
    ++closed;
  });
  Probing probing(to_toml({server.base_url(), "", "connection = \"reuse\""}));
  for (int i = 0; i < 3; ++i) {
    while (closed < i)
      std::this_thread::yield();
    const model::ProbeResult result = probing.probe();
    CHECK(label(result) == "ok");
    CHECK_FALSE(result.resent);
  }
}

TenantText over_http2(const H2Server& server) {
  return {server.base_url(), server.ca_file(), "http2 = true"};
}

TEST_CASE("a stream that the server refuses is one request, and its connection is lost") {
  H2Server server(
      [](const H2Server::Stream& stream) { stream.send(H2Frame::rst_stream, 0, kRefusedStream); });
  const model::ProbeResult result = probe_once(over_http2(server));
  CHECK(label(result) == "connection_lost");
  CHECK(server.requests() == 1);
  CHECK_FALSE(result.resent);
}

TEST_CASE("a stream that is refused after a good one is not sent again either") {
  std::atomic<bool> refuse{false};
  H2Server server([&](const H2Server::Stream& stream) {
    if (refuse) {
      stream.send(H2Frame::rst_stream, 0, kRefusedStream);
      return;
    }
    stream.send(H2Frame::headers, kEndHeaders, kStatus200);
    stream.send(H2Frame::data, kEndStream, kOkBody);
  });
  Probing probing(
      to_toml({server.base_url(), server.ca_file(), "http2 = true\nconnection = \"reuse\""}));
  CHECK(label(probing.probe()) == "ok");
  REQUIRE(server.requests() == 1);
  refuse = true;
  const model::ProbeResult result = probing.probe();
  // libcurl 8 takes the connection of this small server for a dead one.
  const bool keeps_it = curl_version_info(CURLVERSION_NOW)->version_num < 0x080000;
  CHECK((result.connection_reused || !keeps_it));
  CHECK(label(result) == "connection_lost");
  CHECK(server.requests() == 2);
}

// RFC 9113 section 10.5. Before there was a limit, libcurl read hundreds of megabytes of them in
// one call, far beyond the probe's time.
TEST_CASE("frames without end that carry nothing are read no longer than it takes to notice") {
  constexpr int kAtOnce = 10'000;
  constexpr int kFrameBytes = 9;
  // A server that ThreadSanitizer slows sends so little that no call reads much of it: then the
  // probe's own deadline ends it.
#ifdef REINFER_SANITIZED_BY_THREAD
  constexpr bool kSlowed = true;
#else
  constexpr bool kSlowed = false;
#endif
  for (const H2Frame type : {H2Frame::data, H2Frame::settings}) {
    CAPTURE(static_cast<int>(type));
    std::atomic<int> sent{0};
    H2Server server([&](const H2Server::Stream& stream) {
      stream.send(H2Frame::headers, kEndHeaders, kStatus200);
      while (stream.send_many(type, kAtOnce))
        ++sent;
    });
    const model::ProbeResult result = probe_once(over_http2(server));
    CAPTURE(label(result));
    CAPTURE(result.message);
    CHECK((label(result) == "bad_body" || label(result) == "connection_lost" ||
           (kSlowed && label(result) == "response_timeout")));
    CHECK(server.connections() == 1);
    // What the kernels at both ends keep is more than what was read: 32 MB and more (tcp_rmem).
    CHECK(sent * kAtOnce * kFrameBytes < 96 << 20);
  }
}

// Some versions of libcurl have one code for it and for frames that break the protocol.
TEST_CASE("a server that says goodbye at once gets one request and is to blame") {
  H2Server server([](const H2Server::Stream& stream) {
    // No stream was or will be processed.
    stream.send_to_connection(H2Frame::goaway, std::string(8, '\0'));
  });
  const model::ProbeResult result = probe_once(over_http2(server));
  CHECK((label(result) == "bad_body" || label(result) == "connection_lost"));
  CHECK(server.requests() == 1);
}

// gzip of kOkBody without the last `cut` bytes.
std::string packed_reply(std::size_t cut) {
  std::string packed = base::gzip(kOkBody);
  packed.resize(packed.size() - cut);
  return fmt::format(
             "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
             "Content-Length: {}\r\n\r\n",
             packed.size()) +
         packed;
}

TEST_CASE("a reply whose length or coding contradicts itself has one outcome, on every libcurl") {
  struct Row {
    std::string what;
    std::string reply;
    std::string outcome;
  };
  const std::string chunked = fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", kOkBody.size(), kOkBody);
  const Row rows[] = {
      {"two equal lengths", good_reply("Content-Length: 28\r\n"), "ok"},
      {"two different lengths", good_reply("Content-Length: 5\r\n"), "bad_body"},
      {"a length and chunks",
       "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked,
       "ok"},
      {"gzip without its whole trailer", packed_reply(4), "bad_body"},
      {"gzip without its trailer", packed_reply(8), "bad_body"},
      {"gzip that is whole", packed_reply(0), "ok"},
  };
  REQUIRE(kOkBody.size() == 28);
  for (const Row& row : rows) {
    CAPTURE(row.what);
    RawServer server([&](int socket, int) {
      read_head(socket);
      send_text(socket, row.reply);
    });
    CHECK(label(probe_once({server.base_url()})) == row.outcome);
  }
}

TEST_CASE("a pipe in place of a CA file is named, and nobody waits for it") {
  SimulatedTenant tenant;
  const TemporaryFolder folder;
  const std::string ca_file = folder.path("ca.pem");
  std::filesystem::copy(tenant.ca_file(), ca_file);
  Probing probing(to_toml({tenant->base_url(simulator::PortKind::https), ca_file}));
  CHECK(label(probing.probe()) == "ok");
  std::filesystem::remove(ca_file);
  REQUIRE(mkfifo(ca_file.c_str(), 0600) == 0);
  const model::ProbeResult result = probing.probe();
  CHECK(label(result) == "monitor_error");
  CHECK(result.message == ca_file + " is not a regular file");
}

// The sanitizers need address space without end.
#ifndef REINFER_SANITIZED
rlim_t address_space_bytes() {
  std::ifstream statm("/proc/self/statm");
  rlim_t pages = 0;
  statm >> pages;
  return pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
}

TEST_CASE("a body that memory has no room for costs its probe alone") {
  const std::string large =
      fmt::format(R"({{"status":"ok","dataset":{{}},"x":"{}"}})", std::string(900'000, 'x'));
  const std::string reply = fmt::format(
                                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                "Content-Length: {}\r\n\r\n",
                                large.size()) +
                            large;
  RawServer server([&](int socket, int) {
    read_head(socket);
    send_text(socket, reply);
  });
  Probing probing(to_toml({server.base_url()}));
  CHECK(label(probing.probe()) == "ok");
  std::vector<std::unique_ptr<char[]>> taken, small;
  small.reserve(100'000);
  rlimit before{};
  getrlimit(RLIMIT_AS, &before);
  const rlimit none_left{address_space_bytes(), before.rlim_max};
  setrlimit(RLIMIT_AS, &none_left);
  // And what the heap still has.
  for (std::size_t bytes : {std::size_t{400'000}, std::size_t{100'000}})
    while (char* piece = new (std::nothrow) char[bytes])
      taken.emplace_back(piece);
  // zlib wants 260 KB in pieces of 8 to 64, and says by a number that there are none.
  bool packed = true;
  {
    while (small.size() < small.capacity())
      if (char* piece = new (std::nothrow) char[4'000])
        small.emplace_back(piece);
      else
        break;
    try {
      const base::Gzip gzip;
    } catch (const std::bad_alloc&) {
      packed = false;
    }
    small.clear();
  }
  const model::ProbeResult result = probing.probe();
  setrlimit(RLIMIT_AS, &before);
  taken.clear();
  CHECK(label(result) == "monitor_error");
  CHECK_FALSE(packed);
  CHECK(label(probing.probe()) == "ok");
}
#endif

}  // namespace
}  // namespace reinfer::tests::hostile_peers_test
