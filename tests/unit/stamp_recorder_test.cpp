#include "transport/timing/stamp_recorder.h"

#include <doctest/doctest.h>

#include "transport/timing/clock_map.h"

namespace reinfer {
namespace {

using namespace std::chrono_literals;

MonoTime at(Nanoseconds d) {
  return MonoTime{1000s + d};
}

// Both clocks read at `mono`, within `width`, where the wall clock leads by `lead`.
ClockPair reading(Nanoseconds mono, Nanoseconds width, Nanoseconds lead) {
  return {at(mono), WallTime{(at(mono) + width / 2 + lead).time_since_epoch()}, at(mono + width)};
}

WallTime wall(Nanoseconds mono, Nanoseconds lead) {
  return WallTime{(at(mono) + lead).time_since_epoch()};
}

TEST_CASE("each reading of both clocks narrows the distance between them down") {
  ClockMap map(reading(0ms, 100us, 500s));
  map.take({at(1ms), wall(1ms, 500s), at(1ms + 10us)});
  map.take({at(2ms - 10us), wall(2ms, 500s), at(2ms)});
  CHECK(map.to_mono(wall(7ms, 500s)) == at(7ms));
  // One that was interrupted does not widen it again.
  map.take(reading(3ms, 20ms, 500s));
  CHECK(map.to_mono(wall(7ms, 500s)) == at(7ms));
  CHECK(map.steps() == 0);
}

TEST_CASE("a wall clock that is set is a step, whichever way") {
  for (const Nanoseconds by : {-3600s + 0ns, -20us + 0ns, 20us + 0ns, 3600s + 0ns}) {
    CAPTURE(by.count());
    ClockMap map(reading(0ms, 100ns, 500s));
    map.take(reading(1ms, 100ns, 500s + by));
    CHECK(map.steps() == 1);
    CHECK(map.to_mono(wall(2ms, 500s + by)) == at(2ms));
    map.take(reading(2ms, 100ns, 500s + by));
    CHECK(map.steps() == 1);
  }
}

TEST_CASE("clocks that drift against each other by microseconds are followed") {
  ClockMap map(reading(0ms, 100ns, 500s));
  for (int i = 1; i <= 100; ++i)
    map.take(reading(i * 1ms, 100ns, 500s + i * 2us));
  CHECK(map.steps() == 0);
  CHECK(map.to_mono(wall(100ms, 500s + 200us)) == at(100ms));
}

TcpCounters stream(std::uint64_t bytes, std::uint32_t segments) {
  TcpCounters counters;
  counters.bytes = bytes;
  counters.segments = segments;
  return counters;
}

// One exchange as the transport tells it: the request left at 10 ms by the kernel, our loop noticed
// at 12 ms. Tests go on from there.
StampBook request_sent(bool tls, std::uint64_t bytes = 0, std::uint32_t segments = 0) {
  StampBook book(tls);
  book.start(at(0ms));
  book.connected(at(5ms));
  book.ready_to_send(at(9ms), 1);
  book.before_reply(stream(bytes, segments));
  book.sent(at(10ms));
  book.request_left(at(12ms));
  return book;
}

Arrival arrival(Nanoseconds first, Nanoseconds last, std::uint64_t begin, std::uint64_t end,
                std::uint32_t segments) {
  return {at(first), at(last), begin, end, segments};
}

Nanoseconds wait_of(const StampBook& book) {
  return *phases_from(book.best(), Stage::done).wait;
}

Nanoseconds total_of(const StampBook& book) {
  return *phases_from(book.best(), Stage::done).total;
}

TEST_CASE("a reply of one segment is exact, however late the loop was") {
  for (const bool tls : {false, true}) {
    StampBook book = request_sent(tls);
    book.event(at(90ms), 55ms);
    book.arrived(arrival(40ms, 40ms, 0, 100, 1));
    book.status_line(at(91ms), 100);
    book.delivered(100);
    book.ended(at(92ms), true, false);
    CHECK(wait_of(book) == 30ms);
    CHECK(total_of(book) == 40ms);
    CHECK(book.source() == ClockSource::kernel);
    CHECK(book.uncertainty() == Uncertainty{});
  }
}

TEST_CASE("a stop in the turn in which the request left costs what it may have cost before") {
  for (const bool stamped : {false, true}) {
    CAPTURE(stamped);
    StampBook book(false);
    book.start(at(0ms));
    book.turn_over();
    book.event(at(5ms), 0ms);
    book.ready_to_send(at(8ms), 1);
    if (stamped) book.sent(at(9ms));
    book.request_left(at(12ms));
    book.stopped(100ms);
    book.turn_over();
    book.event(at(200ms), 50ms);
    book.stopped(100ms);
    book.turn_over();
    book.ended(at(300ms), false, false);
    CHECK(book.uncertainty().total == (stamped ? 4ms : 7ms));
  }
}

TEST_CASE("what there is to do twice in a turn is not late twice") {
  StampBook book(true);
  book.start(at(0ms));
  book.turn_over();
  book.event(at(50ms), 40ms);
  book.event(at(53ms), 43ms);
  book.turn_over();
  book.event(at(60ms), 5ms);
  book.ready_to_send(at(61ms), 1);
  book.request_left(at(61ms));
  book.ended(at(70ms), false, false);
  CHECK(book.uncertainty().total == 48ms);
}

TEST_CASE("what the loop was late for before the request left is part of the total's error") {
  StampBook book(true);
  book.start(at(0ms));
  book.event(at(5ms), 2ms);
  book.event(at(9ms), 3ms);
  book.stopped(4ms);
  book.ready_to_send(at(20ms), 1);
  book.before_reply(stream(3000, 3));
  book.sent(at(21ms));
  book.request_left(at(22ms));
  book.turn_over();
  book.event(at(90ms), 50ms);
  book.stopped(5ms);
  book.arrived(arrival(41ms, 41ms, 3000, 3100, 4));
  book.status_line(at(91ms), 3100);
  book.delivered(3100);
  book.ended(at(92ms), true, false);
  CHECK(wait_of(book) == 20ms);
  CHECK(book.uncertainty().wait == 0ns);
  CHECK(book.uncertainty().total == 9ms);
}

TEST_CASE("an exchange was held up by all that we were late for, before and after its request") {
  StampBook book(true);
  book.start(at(0ms));
  book.turn_over();
  book.event(at(20ms), 15ms);
  book.stopped(3ms);
  book.ready_to_send(at(24ms), 1);
  book.request_left(at(25ms));
  book.turn_over();
  CHECK(book.held_up() == 18ms);
  book.event(at(90ms), 30ms);
  book.event(at(95ms), 35ms);
  CHECK(book.held_up() == 53ms);
  CHECK(book.uncertainty().total == 18ms);
}

TEST_CASE("session tickets before a reply are not its first byte") {
  StampBook book = request_sent(true, 3000, 3);
  book.event(at(21ms), 0ms);
  book.arrived(arrival(20ms, 20ms, 3000, 3500, 5));
  book.event(at(61ms), 0ms);
  book.arrived(arrival(60ms, 60ms, 3500, 4000, 6));
  book.status_line(at(61ms), 4000);
  book.delivered(4000);
  book.ended(at(62ms), true, false);
  CHECK(wait_of(book) == 50ms);
}

TEST_CASE("tickets and reply that wait together end with the reply") {
  StampBook book = request_sent(true, 3000, 3);
  book.event(at(90ms), 75ms);
  book.arrived(arrival(20ms, 60ms, 3000, 4000, 6));
  book.status_line(at(90ms), 4000);
  book.delivered(4000);
  book.ended(at(91ms), true, false);
  CHECK(wait_of(book) == 50ms);
  // Two segments or more: which of them the reply began with cannot be told.
  CHECK(book.uncertainty().wait == 45ms);
  CHECK(book.uncertainty().total == 0ns);
}

TEST_CASE("a reply that libcurl read together with the tickets has no stamp but ours") {
  StampBook book = request_sent(true, 3000, 3);
  book.event(at(21ms), 0ms);
  book.arrived(arrival(20ms, 20ms, 3000, 3500, 5));
  book.status_line(at(23ms), 4000);
  book.delivered(4000);
  book.ended(at(24ms), true, false);
  CHECK(wait_of(book) == 13ms);
  CHECK(total_of(book) == 24ms);
  CHECK(book.source() == ClockSource::user);
  CHECK(book.uncertainty().wait == 2ms);
}

TEST_CASE("without TLS the first byte is the first to come, in whatever pieces") {
  StampBook book = request_sent(false);
  book.event(at(31ms), 0ms);
  book.arrived(arrival(30ms, 30ms, 0, 7, 1));
  book.event(at(51ms), 0ms);
  book.arrived(arrival(50ms, 50ms, 7, 100, 2));
  book.status_line(at(51ms), 100);
  book.delivered(100);
  book.ended(at(52ms), true, false);
  CHECK(wait_of(book) == 20ms);
  CHECK(total_of(book) == 50ms);
}

TEST_CASE("pieces that the kernel merged leave the first byte between two moments") {
  StampBook book = request_sent(false);
  book.event(at(90ms), 60ms);
  book.arrived(arrival(50ms, 50ms, 0, 100, 2));
  book.status_line(at(90ms), 100);
  book.delivered(100);
  book.ended(at(91ms), true, false);
  CHECK(wait_of(book) == 40ms);
  CHECK(book.uncertainty().wait == 20ms);
  CHECK(total_of(book) == 50ms);
  CHECK(book.uncertainty().total == 0ns);
}

TEST_CASE("an interim reply is not the reply") {
  StampBook book = request_sent(false);
  book.event(at(21ms), 0ms);
  book.arrived(arrival(20ms, 20ms, 0, 50, 1));
  book.status_line(at(21ms), 50);
  book.interim_over();
  SUBCASE("when the final one comes later") {
    book.event(at(41ms), 0ms);
    book.arrived(arrival(40ms, 40ms, 50, 150, 2));
    book.status_line(at(41ms), 150);
    CHECK(book.best().first_byte == at(40ms));
  }
  SUBCASE("when the final one came with it") {
    book.status_line(at(21ms), 50);
    CHECK(book.best().first_byte == at(20ms));
  }
  SUBCASE("when the final one came unseen") {
    book.status_line(at(22ms), 150);
    CHECK(book.best().first_byte == at(22ms));
  }
}

TEST_CASE("a last byte that came unseen ends by our clock") {
  StampBook book = request_sent(false);
  book.event(at(21ms), 0ms);
  book.arrived(arrival(20ms, 20ms, 0, 50, 1));
  book.status_line(at(21ms), 50);
  book.delivered(80);
  book.ended(at(23ms), true, false);
  CHECK(wait_of(book) == 10ms);
  CHECK(book.source() == ClockSource::kernel);
  CHECK(total_of(book) == 23ms);
  CHECK(book.uncertainty().total == 2ms);
}

TEST_CASE("on a reused connection the bytes of earlier replies do not count") {
  StampBook book = request_sent(false, 9000, 7);
  book.event(at(41ms), 0ms);
  book.arrived(arrival(40ms, 40ms, 9000, 9100, 8));
  book.status_line(at(41ms), 9100);
  book.delivered(9100);
  book.ended(at(42ms), true, false);
  CHECK(wait_of(book) == 30ms);
  CHECK(book.uncertainty() == Uncertainty{});
}

TEST_CASE("without the kernel's stamps ours count, and they say how late they may be") {
  StampBook book(false);
  book.start(at(0ms));
  book.connected(at(5ms));
  book.ready_to_send(at(9ms), 1);
  book.request_left(at(11ms));
  book.event(at(90ms), 30ms);
  book.status_line(at(91ms), std::nullopt);
  book.delivered(std::nullopt);
  book.ended(at(92ms), true, false);
  CHECK(book.source() == ClockSource::user);
  CHECK(wait_of(book) == 82ms);
  CHECK(total_of(book) == 92ms);
  CHECK(book.uncertainty().wait == 2ms + 31ms);
  CHECK(book.uncertainty().total == 32ms);
}

TEST_CASE("once the wall clock was set, the kernel's stamps count no more") {
  StampBook book = request_sent(false);
  book.event(at(41ms), 0ms);
  book.arrived(arrival(40ms, 40ms, 0, 100, 1));
  book.status_line(at(42ms), 100);
  book.delivered(100);
  book.ended(at(43ms), true, true);
  CHECK(book.source() == ClockSource::user);
  CHECK(book.best().sent == at(9ms));
  CHECK(book.best().first_byte == at(42ms));
  CHECK(book.best().end == at(43ms));
  CHECK(book.uncertainty().clock_stepped);
}

TEST_CASE("a send stamp from before the request is not the request's") {
  StampBook book(false);
  book.start(at(0ms));
  book.ready_to_send(at(9ms), 1);
  book.sent(at(8ms));
  book.request_left(at(11ms));
  CHECK(book.best().sent == at(9ms));
  book.sent(at(10ms));
  book.sent(at(30ms));
  CHECK(book.best().sent == at(10ms));
}

TEST_CASE("a request has left with its last write, and what is written then is not the request") {
  StampBook book(true);
  book.start(at(0ms));
  book.ready_to_send(at(9ms), 2);
  book.sent(at(10ms));
  book.request_left(at(11ms));
  book.sent(at(12ms));
  book.sent(at(13ms));
  CHECK(book.best().sent == at(12ms));
}

TEST_CASE("what is sent after the reply is not the request") {
  StampBook book(true);
  book.start(at(0ms));
  book.ready_to_send(at(9ms), 2);
  book.sent(at(10ms));
  book.request_left(at(11ms));
  book.event(at(41ms), 0ms);
  book.status_line(at(41ms), std::nullopt);
  book.sent(at(42ms));
  CHECK(book.best().sent == at(10ms));
}

TEST_CASE("a request that is sent again is measured from then on") {
  StampBook book = request_sent(false);
  book.event(at(20ms), 0ms);
  book.ready_to_send(at(29ms), 1);
  book.before_reply(stream(0, 0));
  book.sent(at(30ms));
  book.request_left(at(31ms));
  book.event(at(51ms), 0ms);
  book.arrived(arrival(50ms, 50ms, 0, 100, 1));
  book.status_line(at(51ms), 100);
  CHECK(book.best().sent == at(30ms));
  CHECK(book.best().first_byte == at(50ms));
}

TEST_CASE("an exchange that got no reply ends by our clock, its request by the kernel's") {
  StampBook book = request_sent(false);
  book.ended(at(5000ms), false, false);
  CHECK(book.best().sent == at(10ms));
  CHECK(book.best().end == at(5000ms));
  CHECK(book.source() == ClockSource::kernel);
}

}  // namespace
}  // namespace reinfer
