#include "transport/timing/stamp_recorder.h"

#include <doctest/doctest.h>

#include "transport/timing/clock_map.h"

namespace reinfer::tests::stamp_recorder_test {
namespace {

using namespace std::chrono_literals;

base::MonoTime at(base::Nanoseconds d) {
  return base::MonoTime{1000s + d};
}

// Both clocks read at `mono`, within `width`, where the wall clock leads by `lead`.
base::ClockPair reading(base::Nanoseconds mono, base::Nanoseconds width, base::Nanoseconds lead) {
  return {at(mono), base::WallTime{(at(mono) + width / 2 + lead).time_since_epoch()},
          at(mono + width)};
}

base::WallTime wall(base::Nanoseconds mono, base::Nanoseconds lead) {
  return base::WallTime{(at(mono) + lead).time_since_epoch()};
}

TEST_CASE("each reading of both clocks narrows the distance between them down") {
  transport::ClockMap map(reading(0ms, 100us, 500s));
  map.take({at(1ms), wall(1ms, 500s), at(1ms + 10us)});
  map.take({at(2ms - 10us), wall(2ms, 500s), at(2ms)});
  CHECK(map.to_mono(wall(7ms, 500s)) == at(7ms));
  // One that was interrupted does not widen it again.
  map.take(reading(3ms, 20ms, 500s));
  CHECK(map.to_mono(wall(7ms, 500s)) == at(7ms));
  CHECK(map.steps() == 0);
}

TEST_CASE("a wall clock that is set is a step, whichever way") {
  for (const base::Nanoseconds by : {-3600s + 0ns, -20us + 0ns, 20us + 0ns, 3600s + 0ns}) {
    CAPTURE(by.count());
    transport::ClockMap map(reading(0ms, 100ns, 500s));
    map.take(reading(1ms, 100ns, 500s + by));
    CHECK(map.steps() == 1);
    CHECK(map.to_mono(wall(2ms, 500s + by)) == at(2ms));
    map.take(reading(2ms, 100ns, 500s + by));
    CHECK(map.steps() == 1);
  }
}

TEST_CASE("clocks that drift against each other by microseconds are followed") {
  transport::ClockMap map(reading(0ms, 100ns, 500s));
  for (int i = 1; i <= 100; ++i)
    map.take(reading(i * 1ms, 100ns, 500s + i * 2us));
  CHECK(map.steps() == 0);
  CHECK(map.to_mono(wall(100ms, 500s + 200us)) == at(100ms));
}

transport::TcpCounters stream(std::uint64_t bytes, std::uint32_t segments) {
  transport::TcpCounters counters;
  counters.bytes = bytes;
  counters.segments = segments;
  return counters;
}

// One exchange as the transport tells it: the request left at 10 ms by the kernel, our loop noticed
// at 12 ms. Tests go on from there.
transport::StampRecorder request_sent(bool tls, std::uint64_t bytes = 0,
                                      std::uint32_t segments = 0) {
  transport::StampRecorder stamps(tls);
  stamps.start(at(0ms));
  stamps.connected(at(5ms));
  stamps.ready_to_send(at(9ms), 1);
  stamps.before_reply(stream(bytes, segments));
  stamps.sent(at(10ms));
  stamps.request_left(at(12ms));
  return stamps;
}

transport::Arrival arrival(base::Nanoseconds first, base::Nanoseconds last, std::uint64_t begin,
                           std::uint64_t end, std::uint32_t segments) {
  return {at(first), at(last), begin, end, segments};
}

base::Nanoseconds wait_of(const transport::StampRecorder& stamps) {
  return *transport::phases_from(stamps.best(), model::Stage::done).wait;
}

base::Nanoseconds total_of(const transport::StampRecorder& stamps) {
  return *transport::phases_from(stamps.best(), model::Stage::done).total;
}

TEST_CASE("a reply of one segment is exact, however late the loop was") {
  for (const bool tls : {false, true}) {
    transport::StampRecorder stamps = request_sent(tls);
    stamps.event(at(90ms), 55ms);
    stamps.arrived(arrival(40ms, 40ms, 0, 100, 1));
    stamps.status_line(at(91ms), 100);
    stamps.delivered(100);
    stamps.ended(at(92ms), true, false);
    CHECK(wait_of(stamps) == 30ms);
    CHECK(total_of(stamps) == 40ms);
    CHECK(stamps.source() == model::ClockSource::kernel);
    CHECK(stamps.uncertainty() == model::Uncertainty{});
  }
}

TEST_CASE("a stop in the turn in which the request left costs what it may have cost before") {
  for (const bool stamped : {false, true}) {
    CAPTURE(stamped);
    transport::StampRecorder stamps(false);
    stamps.start(at(0ms));
    stamps.iteration_over();
    stamps.event(at(5ms), 0ms);
    stamps.ready_to_send(at(8ms), 1);
    if (stamped) stamps.sent(at(9ms));
    stamps.request_left(at(12ms));
    stamps.stopped(100ms);
    stamps.iteration_over();
    stamps.event(at(200ms), 50ms);
    stamps.stopped(100ms);
    stamps.iteration_over();
    stamps.ended(at(300ms), false, false);
    CHECK(stamps.uncertainty().total == (stamped ? 4ms : 7ms));
  }
}

TEST_CASE("what there is to do twice in a turn is not late twice") {
  transport::StampRecorder stamps(true);
  stamps.start(at(0ms));
  stamps.iteration_over();
  stamps.event(at(50ms), 40ms);
  stamps.event(at(53ms), 43ms);
  stamps.iteration_over();
  stamps.event(at(60ms), 5ms);
  stamps.ready_to_send(at(61ms), 1);
  stamps.request_left(at(61ms));
  stamps.ended(at(70ms), false, false);
  CHECK(stamps.uncertainty().total == 48ms);
}

TEST_CASE("what the loop was late for before the request left is part of the total's error") {
  transport::StampRecorder stamps(true);
  stamps.start(at(0ms));
  stamps.event(at(5ms), 2ms);
  stamps.event(at(9ms), 3ms);
  stamps.stopped(4ms);
  stamps.ready_to_send(at(20ms), 1);
  stamps.before_reply(stream(3000, 3));
  stamps.sent(at(21ms));
  stamps.request_left(at(22ms));
  stamps.iteration_over();
  stamps.event(at(90ms), 50ms);
  stamps.stopped(5ms);
  stamps.arrived(arrival(41ms, 41ms, 3000, 3100, 4));
  stamps.status_line(at(91ms), 3100);
  stamps.delivered(3100);
  stamps.ended(at(92ms), true, false);
  CHECK(wait_of(stamps) == 20ms);
  CHECK(stamps.uncertainty().wait == 0ns);
  CHECK(stamps.uncertainty().total == 9ms);
}

TEST_CASE("an exchange was held up by all that we were late for, before and after its request") {
  transport::StampRecorder stamps(true);
  stamps.start(at(0ms));
  stamps.iteration_over();
  stamps.event(at(20ms), 15ms);
  stamps.stopped(3ms);
  stamps.ready_to_send(at(24ms), 1);
  stamps.request_left(at(25ms));
  stamps.iteration_over();
  CHECK(stamps.our_delay() == 18ms);
  stamps.event(at(90ms), 30ms);
  stamps.event(at(95ms), 35ms);
  CHECK(stamps.our_delay() == 53ms);
  CHECK(stamps.uncertainty().total == 18ms);
}

TEST_CASE("session tickets before a reply are not its first byte") {
  transport::StampRecorder stamps = request_sent(true, 3000, 3);
  stamps.event(at(21ms), 0ms);
  stamps.arrived(arrival(20ms, 20ms, 3000, 3500, 5));
  stamps.event(at(61ms), 0ms);
  stamps.arrived(arrival(60ms, 60ms, 3500, 4000, 6));
  stamps.status_line(at(61ms), 4000);
  stamps.delivered(4000);
  stamps.ended(at(62ms), true, false);
  CHECK(wait_of(stamps) == 50ms);
}

TEST_CASE("tickets and reply that wait together end with the reply") {
  transport::StampRecorder stamps = request_sent(true, 3000, 3);
  stamps.event(at(90ms), 75ms);
  stamps.arrived(arrival(20ms, 60ms, 3000, 4000, 6));
  stamps.status_line(at(90ms), 4000);
  stamps.delivered(4000);
  stamps.ended(at(91ms), true, false);
  CHECK(wait_of(stamps) == 50ms);
  // Two segments or more: which of them the reply began with cannot be told.
  CHECK(stamps.uncertainty().wait == 45ms);
  CHECK(stamps.uncertainty().total == 0ns);
}

TEST_CASE("a reply that libcurl read together with the tickets has no stamp but ours") {
  transport::StampRecorder stamps = request_sent(true, 3000, 3);
  stamps.event(at(21ms), 0ms);
  stamps.arrived(arrival(20ms, 20ms, 3000, 3500, 5));
  stamps.status_line(at(23ms), 4000);
  stamps.delivered(4000);
  stamps.ended(at(24ms), true, false);
  CHECK(wait_of(stamps) == 13ms);
  CHECK(total_of(stamps) == 24ms);
  CHECK(stamps.source() == model::ClockSource::user);
  CHECK(stamps.uncertainty().wait == 2ms);
}

TEST_CASE("without TLS the first byte is the first to come, in whatever pieces") {
  transport::StampRecorder stamps = request_sent(false);
  stamps.event(at(31ms), 0ms);
  stamps.arrived(arrival(30ms, 30ms, 0, 7, 1));
  stamps.event(at(51ms), 0ms);
  stamps.arrived(arrival(50ms, 50ms, 7, 100, 2));
  stamps.status_line(at(51ms), 100);
  stamps.delivered(100);
  stamps.ended(at(52ms), true, false);
  CHECK(wait_of(stamps) == 20ms);
  CHECK(total_of(stamps) == 50ms);
}

TEST_CASE("pieces that the kernel merged leave the first byte between two moments") {
  transport::StampRecorder stamps = request_sent(false);
  stamps.event(at(90ms), 60ms);
  stamps.arrived(arrival(50ms, 50ms, 0, 100, 2));
  stamps.status_line(at(90ms), 100);
  stamps.delivered(100);
  stamps.ended(at(91ms), true, false);
  CHECK(wait_of(stamps) == 40ms);
  CHECK(stamps.uncertainty().wait == 20ms);
  CHECK(total_of(stamps) == 50ms);
  CHECK(stamps.uncertainty().total == 0ns);
}

TEST_CASE("an interim reply is not the reply") {
  transport::StampRecorder stamps = request_sent(false);
  stamps.event(at(21ms), 0ms);
  stamps.arrived(arrival(20ms, 20ms, 0, 50, 1));
  stamps.status_line(at(21ms), 50);
  stamps.interim_over();
  SUBCASE("when the final one comes later") {
    stamps.event(at(41ms), 0ms);
    stamps.arrived(arrival(40ms, 40ms, 50, 150, 2));
    stamps.status_line(at(41ms), 150);
    CHECK(stamps.best().first_byte == at(40ms));
  }
  SUBCASE("when the final one came with it") {
    stamps.status_line(at(21ms), 50);
    CHECK(stamps.best().first_byte == at(20ms));
  }
  SUBCASE("when the final one came unseen") {
    stamps.status_line(at(22ms), 150);
    CHECK(stamps.best().first_byte == at(22ms));
  }
}

TEST_CASE("a last byte that came unseen ends by our clock") {
  transport::StampRecorder stamps = request_sent(false);
  stamps.event(at(21ms), 0ms);
  stamps.arrived(arrival(20ms, 20ms, 0, 50, 1));
  stamps.status_line(at(21ms), 50);
  stamps.delivered(80);
  stamps.ended(at(23ms), true, false);
  CHECK(wait_of(stamps) == 10ms);
  CHECK(stamps.source() == model::ClockSource::kernel);
  CHECK(total_of(stamps) == 23ms);
  CHECK(stamps.uncertainty().total == 2ms);
}

TEST_CASE("on a reused connection the bytes of earlier replies do not count") {
  transport::StampRecorder stamps = request_sent(false, 9000, 7);
  stamps.event(at(41ms), 0ms);
  stamps.arrived(arrival(40ms, 40ms, 9000, 9100, 8));
  stamps.status_line(at(41ms), 9100);
  stamps.delivered(9100);
  stamps.ended(at(42ms), true, false);
  CHECK(wait_of(stamps) == 30ms);
  CHECK(stamps.uncertainty() == model::Uncertainty{});
}

TEST_CASE("without the kernel's stamps ours count, and they say how late they may be") {
  transport::StampRecorder stamps(false);
  stamps.start(at(0ms));
  stamps.connected(at(5ms));
  stamps.ready_to_send(at(9ms), 1);
  stamps.request_left(at(11ms));
  stamps.event(at(90ms), 30ms);
  stamps.status_line(at(91ms), std::nullopt);
  stamps.delivered(std::nullopt);
  stamps.ended(at(92ms), true, false);
  CHECK(stamps.source() == model::ClockSource::user);
  CHECK(wait_of(stamps) == 82ms);
  CHECK(total_of(stamps) == 92ms);
  CHECK(stamps.uncertainty().wait == 2ms + 31ms);
  CHECK(stamps.uncertainty().total == 32ms);
}

TEST_CASE("once the wall clock was set, the kernel's stamps count no more") {
  transport::StampRecorder stamps = request_sent(false);
  stamps.event(at(41ms), 0ms);
  stamps.arrived(arrival(40ms, 40ms, 0, 100, 1));
  stamps.status_line(at(42ms), 100);
  stamps.delivered(100);
  stamps.ended(at(43ms), true, true);
  CHECK(stamps.source() == model::ClockSource::user);
  CHECK(stamps.best().sent == at(9ms));
  CHECK(stamps.best().first_byte == at(42ms));
  CHECK(stamps.best().end == at(43ms));
  CHECK(stamps.uncertainty().clock_stepped);
}

TEST_CASE("a send stamp from before the request is not the request's") {
  transport::StampRecorder stamps(false);
  stamps.start(at(0ms));
  stamps.ready_to_send(at(9ms), 1);
  stamps.sent(at(8ms));
  stamps.request_left(at(11ms));
  CHECK(stamps.best().sent == at(9ms));
  stamps.sent(at(10ms));
  stamps.sent(at(30ms));
  CHECK(stamps.best().sent == at(10ms));
}

TEST_CASE("a request has left with its last write, and what is written then is not the request") {
  transport::StampRecorder stamps(true);
  stamps.start(at(0ms));
  stamps.ready_to_send(at(9ms), 2);
  stamps.sent(at(10ms));
  stamps.request_left(at(11ms));
  stamps.sent(at(12ms));
  stamps.sent(at(13ms));
  CHECK(stamps.best().sent == at(12ms));
}

TEST_CASE("what is sent after the reply is not the request") {
  transport::StampRecorder stamps(true);
  stamps.start(at(0ms));
  stamps.ready_to_send(at(9ms), 2);
  stamps.sent(at(10ms));
  stamps.request_left(at(11ms));
  stamps.event(at(41ms), 0ms);
  stamps.status_line(at(41ms), std::nullopt);
  stamps.sent(at(42ms));
  CHECK(stamps.best().sent == at(10ms));
}

TEST_CASE("a request that is sent again is measured from then on") {
  transport::StampRecorder stamps = request_sent(false);
  stamps.event(at(20ms), 0ms);
  stamps.ready_to_send(at(29ms), 1);
  stamps.before_reply(stream(0, 0));
  stamps.sent(at(30ms));
  stamps.request_left(at(31ms));
  stamps.event(at(51ms), 0ms);
  stamps.arrived(arrival(50ms, 50ms, 0, 100, 1));
  stamps.status_line(at(51ms), 100);
  CHECK(stamps.best().sent == at(30ms));
  CHECK(stamps.best().first_byte == at(50ms));
}

TEST_CASE("an exchange that got no reply ends by our clock, its request by the kernel's") {
  transport::StampRecorder stamps = request_sent(false);
  stamps.ended(at(5000ms), false, false);
  CHECK(stamps.best().sent == at(10ms));
  CHECK(stamps.best().end == at(5000ms));
  CHECK(stamps.source() == model::ClockSource::kernel);
}

}  // namespace
}  // namespace reinfer::tests::stamp_recorder_test
