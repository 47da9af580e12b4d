#include "http/listener.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>

namespace reinfer::tests::listener_test {
namespace {

// Whether a client reaches the port at 127.0.0.1 or at ::1.
bool reaches_v4(int port) {
  const base::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

bool reaches_v6(int port) {
  const base::Descriptor socket(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  address.sin6_port = htons(static_cast<std::uint16_t>(port));
  return connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

bool machine_has_v6() {
  return http::open_listeners({{"::1", 0}}).has_value();
}

TEST_CASE("an empty host and [::] take both families, other addresses their own") {
  if (!machine_has_v6()) return;
  struct Row {
    const char* host;
    bool v4;
    bool v6;
  };
  for (const Row& row : {Row{"", true, true},
                         {"::", true, true},
                         {"::0", true, true},
                         {"::1", false, true},
                         {"127.0.0.1", true, false},
                         {"0.0.0.0", true, false}}) {
    CAPTURE(row.host);
    const auto listeners = http::open_listeners({{row.host, 0}});
    REQUIRE(listeners);
    CHECK(reaches_v4(listeners->front().port) == row.v4);
    CHECK(reaches_v6(listeners->front().port) == row.v6);
  }
}

TEST_CASE("[::] leaves IPv4 to an address of its port, in whatever order they stand") {
  if (!machine_has_v6()) return;
  for (const char* v4 : {"127.0.0.1", "0.0.0.0"})
    for (const bool v6_first : {true, false}) {
      CAPTURE(v4);
      CAPTURE(v6_first);
      // A port that was free a moment ago in both families.
      const int port = http::open_listeners({{"", 0}}).value().front().port;
      std::vector<http::ListenAddress> addresses{{"::", port}, {v4, port}};
      if (!v6_first) std::swap(addresses[0], addresses[1]);
      const auto listeners = http::open_listeners(addresses);
      REQUIRE(listeners);
      CHECK(listeners->size() == 2);
      CHECK(reaches_v4(port));
      CHECK(reaches_v6(port));
    }
}

TEST_CASE("IPv4 of another port takes none from [::]") {
  if (!machine_has_v6()) return;
  const auto listeners = http::open_listeners({{"::", 0}, {"127.0.0.1", 0}});
  REQUIRE(listeners);
  CHECK(reaches_v4(listeners->front().port));
  CHECK(reaches_v4(listeners->back().port));
}

TEST_CASE("a port that is taken in one family is taken for [::] and for an empty host") {
  if (!machine_has_v6()) return;
  const auto first = http::open_listeners({{"127.0.0.1", 0}});
  REQUIRE(first);
  for (const char* host : {"", "::"}) {
    CAPTURE(host);
    const auto second = http::open_listeners({{host, first->front().port}});
    REQUIRE_FALSE(second);
    CHECK(second.error().find("Address already in use") != std::string::npos);
  }
}

}  // namespace
}  // namespace reinfer::tests::listener_test
