#include "transport/socket_table.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <map>
#include <vector>

#include "base/random.h"

namespace reinfer::tests::socket_table_test {
namespace {

using base::Descriptor;
using transport::ProbeId;
using transport::SocketTable;

constexpr base::Nanoseconds kAtOnce{0};
constexpr ProbeId kOne{1};
constexpr ProbeId kTwo{2};

// A descriptor that is ready to be read from at once and for good.
class ReadyDescriptor {
 public:
  ReadyDescriptor() {
    std::array<int, 2> ends{};
    REQUIRE(pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0);
    out_ = Descriptor(ends[0]);
    in_ = Descriptor(ends[1]);
    REQUIRE(write(in_.get(), "x", 1) == 1);
  }
  int get() const { return out_.get(); }

 private:
  Descriptor out_;
  Descriptor in_;
};

std::vector<std::uint64_t> tokens_of(base::Epoll& epoll) {
  std::array<epoll_event, 16> ready{};
  const int count = epoll.wait(ready, kAtOnce);
  std::vector<std::uint64_t> tokens;
  for (int i = 0; i < count; ++i)
    tokens.push_back(ready.at(static_cast<std::size_t>(i)).data.u64);
  return tokens;
}

TEST_CASE("an event leads to its socket and to the exchange that the socket serves") {
  base::Epoll epoll;
  SocketTable table(epoll);
  const ReadyDescriptor socket;
  table.opened(socket.get(), kOne);
  CHECK(tokens_of(epoll).empty());
  REQUIRE(table.watch(socket.get(), EPOLLIN, kOne));
  CHECK(table.watched() == 1);
  const auto tokens = tokens_of(epoll);
  REQUIRE(tokens.size() == 1);
  const auto ready = table.find(tokens[0]);
  REQUIRE(ready.has_value());
  CHECK(ready->socket == socket.get());
  CHECK(ready->owner == kOne);
  CHECK(table.forget(socket.get()) == kOne);
  CHECK(table.watched() == 0);
  CHECK(tokens_of(epoll).empty());
}

TEST_CASE("a socket of libcurl's own is watched and has no owner") {
  base::Epoll epoll;
  SocketTable table(epoll);
  const ReadyDescriptor socket;
  REQUIRE(table.watch(socket.get(), EPOLLIN, std::nullopt));
  const auto tokens = tokens_of(epoll);
  REQUIRE(tokens.size() == 1);
  const auto ready = table.find(tokens[0]);
  REQUIRE(ready.has_value());
  CHECK_FALSE(ready->owner.has_value());
  CHECK_FALSE(table.forget(socket.get()).has_value());
}

TEST_CASE("a socket may be removed or closed before it was ever watched, and again afterwards") {
  base::Epoll epoll;
  SocketTable table(epoll);
  const ReadyDescriptor socket;
  CHECK_FALSE(table.forget(socket.get()).has_value());
  table.opened(socket.get(), kOne);
  CHECK(table.forget(socket.get()) == kOne);
  CHECK_FALSE(table.forget(socket.get()).has_value());
  REQUIRE(table.watch(socket.get(), EPOLLIN, kOne));
  CHECK(table.forget(socket.get()) == kOne);
  CHECK_FALSE(table.forget(socket.get()).has_value());
  CHECK(table.watched() == 0);
}

TEST_CASE("an event that was fetched before its socket changed hands is nobody's") {
  base::Epoll epoll;
  SocketTable table(epoll);
  const ReadyDescriptor socket;
  REQUIRE(table.watch(socket.get(), EPOLLIN, kOne));
  const std::uint64_t of_one = tokens_of(epoll).at(0);
  SUBCASE("because libcurl shuts the connection down") {
    REQUIRE(table.watch(socket.get(), EPOLLIN, std::nullopt));
    CHECK_FALSE(table.find(of_one).has_value());
    CHECK_FALSE(table.find(tokens_of(epoll).at(0))->owner.has_value());
  }
  SUBCASE("because another exchange uses the connection, without a removal between") {
    REQUIRE(table.watch(socket.get(), EPOLLIN, kTwo));
    CHECK_FALSE(table.find(of_one).has_value());
    CHECK(table.find(tokens_of(epoll).at(0))->owner == kTwo);
    CHECK(table.forget(socket.get()) == kTwo);
  }
  SUBCASE("because its number was closed and given again, without a report") {
    table.opened(socket.get(), kTwo);
    CHECK_FALSE(table.find(of_one).has_value());
    REQUIRE(table.watch(socket.get(), EPOLLIN, kTwo));
    CHECK_FALSE(table.find(of_one).has_value());
    CHECK(table.find(tokens_of(epoll).at(0))->owner == kTwo);
  }
  SUBCASE("because it was removed") {
    table.forget(socket.get());
    CHECK_FALSE(table.find(of_one).has_value());
  }
  CHECK(table.watched() <= 1);
}

TEST_CASE("a change of events keeps an event that is still to be handled") {
  base::Epoll epoll;
  SocketTable table(epoll);
  const ReadyDescriptor socket;
  REQUIRE(table.watch(socket.get(), EPOLLIN, kOne));
  const std::uint64_t token = tokens_of(epoll).at(0);
  REQUIRE(table.watch(socket.get(), EPOLLIN | EPOLLOUT, kOne));
  CHECK(table.find(token)->owner == kOne);
}

TEST_CASE("a closed socket cannot be watched, and does no harm") {
  base::Epoll epoll;
  SocketTable table(epoll);
  int closed = -1;
  {
    const ReadyDescriptor socket;
    closed = socket.get();
    REQUIRE(table.watch(closed, EPOLLIN, kOne));
  }
  CHECK_FALSE(table.watch(closed, EPOLLIN, kOne));
  CHECK(table.watched() == 0);
  CHECK(tokens_of(epoll).empty());
  CHECK(table.forget(closed) == kOne);
}

// Each step is one that some release of libcurl takes, in no order that it promises. The model
// knows which socket is watched, and for whom.
TEST_CASE("in every order of callbacks an event leads to the present owner or to nobody") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    base::Random random(seed);
    const auto below = [&](std::uint64_t limit) { return random.next() % limit; };
    base::Epoll epoll;
    SocketTable table(epoll);
    std::array<ReadyDescriptor, 4> sockets;
    std::map<int, std::optional<ProbeId>> watched;
    std::vector<std::uint64_t> old_tokens;
    for (int step = 0; step < 300; ++step) {
      const int socket = sockets.at(below(sockets.size())).get();
      const ProbeId id{1 + below(5)};
      switch (below(5)) {
        case 0:
          table.opened(socket, id);
          watched.erase(socket);
          break;
        case 1:
          REQUIRE(table.watch(socket, EPOLLIN, id));
          watched[socket] = id;
          break;
        case 2:
          REQUIRE(table.watch(socket, EPOLLIN, std::nullopt));
          watched[socket] = std::nullopt;
          break;
        default: {
          const auto owner = table.forget(socket);
          if (watched.contains(socket)) CHECK(owner == watched[socket]);
          watched.erase(socket);
        }
      }
      CHECK(table.watched() == watched.size());
      for (const std::uint64_t token : old_tokens)
        if (const auto ready = table.find(token)) CHECK(ready->owner == watched.at(ready->socket));
      old_tokens = tokens_of(epoll);
      REQUIRE(old_tokens.size() == watched.size());
      for (const std::uint64_t token : old_tokens) {
        const auto ready = table.find(token);
        REQUIRE(ready.has_value());
        CHECK(ready->owner == watched.at(ready->socket));
      }
    }
  }
}

}  // namespace
}  // namespace reinfer::tests::socket_table_test
