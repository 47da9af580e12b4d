#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "base/epoll.h"

namespace reinfer::tests::epoll_test {
namespace {

using base::Descriptor;
using base::Epoll;

constexpr base::Nanoseconds kAtOnce{0};

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    REQUIRE(pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0);
    out = Descriptor(ends[0]);
    in = Descriptor(ends[1]);
  }
  void write_byte() const { REQUIRE(write(in.get(), "x", 1) == 1); }

  Descriptor out;
  Descriptor in;
};

TEST_CASE("an event comes back with the token that its socket was given last") {
  Epoll epoll;
  const Pipe pipe;
  pipe.write_byte();
  std::array<epoll_event, 4> ready{};
  CHECK(epoll.wait(ready, kAtOnce) == 0);
  REQUIRE(epoll.add(pipe.out.get(), EPOLLIN, 7));
  REQUIRE(epoll.wait(ready, kAtOnce) == 1);
  CHECK(+ready[0].data.u64 == 7);
  CHECK(+ready[0].events == EPOLLIN);
  REQUIRE(epoll.modify(pipe.out.get(), EPOLLIN, 8));
  REQUIRE(epoll.wait(ready, std::nullopt) == 1);
  CHECK(+ready[0].data.u64 == 8);
  epoll.remove(pipe.out.get());
  epoll.remove(pipe.out.get());
  CHECK(epoll.wait(ready, -std::chrono::seconds(1)) == 0);
}

TEST_CASE("a socket is watched anew when its number was closed and given again, and vice versa") {
  Epoll epoll;
  Pipe pipe;
  pipe.write_byte();
  std::array<epoll_event, 4> ready{};
  CHECK(epoll.modify(pipe.out.get(), EPOLLIN, 1));
  CHECK(epoll.add(pipe.out.get(), EPOLLIN, 2));
  REQUIRE(epoll.wait(ready, kAtOnce) == 1);
  CHECK(+ready[0].data.u64 == 2);
  const int closed = pipe.out.get();
  pipe.out.close();
  CHECK_FALSE(pipe.out);
  CHECK_FALSE(epoll.add(closed, EPOLLIN, 3));
  CHECK_FALSE(epoll.modify(closed, EPOLLIN, 3));
}

TEST_CASE("a wake ends the next wait once, however often it was called before") {
  Epoll epoll;
  std::array<epoll_event, 4> ready{};
  CHECK_FALSE(epoll.take_wake());
  epoll.wake();
  epoll.wake();
  REQUIRE(epoll.wait(ready, std::nullopt) == 1);
  CHECK(+ready[0].data.u64 == Epoll::kWakeToken);
  CHECK(epoll.take_wake());
  CHECK_FALSE(epoll.take_wake());
  CHECK(epoll.wait(ready, kAtOnce) == 0);
}

}  // namespace
}  // namespace reinfer::tests::epoll_test
