// Clients that take their replies slowly or not at all, and crowds of healthy ones.
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <thread>
#include <vector>

#include "http/connection.h"
#include "tests/component/door.h"

namespace reinfer::tests::slow_clients_test {
namespace {

using namespace std::literals;

// Nobody is slow, however busy this machine is.
http::ServerLimits patient() {
  http::ServerLimits limits;
  limits.reply_time = limits.stall_time = limits.rate_time = 1h;
  return limits;
}

std::string status_line(const std::string& reply) {
  return reply.substr(0, reply.find("\r\n"));
}

// 32 MiB and the head.
bool is_whole(const std::string& reply) {
  return reply.size() > 32U << 20 && reply.starts_with("HTTP/1.1 200 OK");
}

constexpr const char* kLarge = "GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

TEST_CASE("a reply that memory has no room for is refused, and none that has begun is cut off") {
  http::ServerLimits limits = patient();
  limits.unsent_bytes_max = 48 << 20;
  Door door("", limits);
  const int port = door.open();
  const RawClient first(port);
  first.send(kLarge);
  first.read_until("\r\n\r\n");
  const RawClient second(port);
  second.send(kLarge);
  const std::string refused = second.read_to_end();
  CHECK(status_line(refused) == "HTTP/1.1 503 Service Unavailable");
  CHECK(refused.find("Retry-After: 1\r\n") != std::string::npos);
  CHECK(door.rejected(http::Rejection::busy) == 1);
  CHECK(first.read_to_end().size() > 31U << 20);
  CHECK(door.rejected(http::Rejection::slow) == 0);
}

TEST_CASE("clients that take their replies keep their connections, though there are too many") {
  http::ServerLimits limits = patient();
  limits.connections_max = 2;
  Door door("", limits);
  const int port = door.open();
  const RawClient first(port);
  const RawClient second(port);
  for (const RawClient* client : {&first, &second}) {
    client->send(kLarge);
    client->read_until("200 OK");
  }
  const RawClient third(port);
  CHECK(status_line(third.read_to_end()) == "HTTP/1.1 503 Service Unavailable");
  CHECK(door.rejected(http::Rejection::too_many_connections) == 1);
  CHECK(first.read_to_end().size() > 31U << 20);
  CHECK(second.read_to_end().size() > 31U << 20);
}

struct SlowRow {
  const char* name;
  base::Nanoseconds stall_time;
  base::Nanoseconds rate_time;
  std::size_t rate_min;
};

// In each of them whoever has not read everything is slow at once.
constexpr SlowRow kSlowRows[] = {{"nothing taken", 0s, 1h, 0},
                                 {"too little taken", 1h, 0s, std::size_t{1} << 40}};

TEST_CASE("a client that does not take its reply gives way to one that memory has no room for") {
  for (const SlowRow& row : kSlowRows) {
    CAPTURE(row.name);
    http::ServerLimits limits;
    limits.unsent_bytes_max = 48 << 20;
    limits.stall_time = row.stall_time;
    limits.rate_time = row.rate_time;
    limits.reply_rate_min = row.rate_min;
    Door door("", limits);
    const int port = door.open();
    const RawClient deaf(port);
    deaf.send(kLarge);
    deaf.read_until("\r\n\r\n");
    const RawClient second(port);
    second.send(kLarge);
    CHECK(is_whole(second.read_to_end()));
    CHECK(door.rejected(http::Rejection::slow) == 1);
    CHECK(door.rejected(http::Rejection::busy) == 0);
  }
}

TEST_CASE("a client that does not take its reply gives way to a connection too many") {
  http::ServerLimits limits;
  limits.connections_max = 2;
  limits.stall_time = 0s;
  Door door("", limits);
  const int port = door.open();
  const RawClient first(port);
  const RawClient second(port);
  for (const RawClient* client : {&first, &second}) {
    client->send(kLarge);
    client->read_until("200 OK");
  }
  CHECK(fetch(port, {"/secret"}).status == 200);
  CHECK(door.rejected(http::Rejection::slow) == 1);
  CHECK(door.rejected(http::Rejection::too_many_connections) == 0);
}

TEST_CASE("bytes are delivered when the client's kernel has them, not when ours has") {
  const base::Descriptor listening{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  REQUIRE(bind(listening.get(), generic, length) == 0);
  REQUIRE(listen(listening.get(), 1) == 0);
  REQUIRE(getsockname(listening.get(), generic, &length) == 0);
  const RawClient client(ntohs(address.sin_port));
  http::Connection connection(
      base::Descriptor{accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC)}, "", nullptr);
  CHECK(connection.all_delivered());
  const std::size_t bytes = 32 << 20;
  connection.send(std::string(bytes, 'x'));
  CHECK(connection.write() == http::Io::wants_write);
  CHECK(connection.delivered() < bytes - connection.unsent());
  std::size_t read = 0;
  while (read < bytes) {
    read += client.read_some(1 << 16).size();
    if (connection.unsent() > 0) connection.write();
    REQUIRE(connection.delivered() <= read + (16U << 20));
  }
  while (!connection.all_delivered())
    std::this_thread::yield();
  CHECK(connection.delivered() == bytes);
}

TEST_CASE("a crowd that reads is answered whole or told to come again") {
  Door door("", patient());
  const int port = door.open();
  std::vector<std::unique_ptr<RawClient>> crowd;
  for (int i = 0; i < 300; ++i) {
    crowd.push_back(std::make_unique<RawClient>(port));
    crowd.back()->send(i % 50 == 0 ? kLarge
                                   : "GET /secret HTTP/1.1\r\nHost: a\r\n"
                                     "Connection: close\r\n\r\n");
  }
  for (const auto& client : crowd) {
    const std::string reply = client->read_to_end();
    const bool small = reply.starts_with("HTTP/1.1 200 OK") && reply.ends_with("127.0.0.1 ");
    const bool later =
        reply.starts_with("HTTP/1.1 503 ") && reply.find("Retry-After: 1\r\n") != std::string::npos;
    CHECK((is_whole(reply) || small || later));
  }
  CHECK(door.rejected(http::Rejection::slow) == 0);
}

}  // namespace
}  // namespace reinfer::tests::slow_clients_test
