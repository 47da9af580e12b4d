#include "history/packed.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <zlib.h>

#include <new>
#include <random>

#include "base/deflate.h"
#include "base/zlib_made.h"
#include "history/evidence_json.h"

namespace reinfer::tests::packed_test {
namespace {

using namespace std::chrono_literals;
using history::Packing;

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    text += digits[static_cast<unsigned char>(byte) >> 4];
    text += digits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

history::SliceCounts counts_of(std::string_view text) {
  return history::slice_from_text(text);
}

constexpr std::string_view kHealthy = "availability+ 10 latency+ 10 ok 10";
constexpr std::string_view kOneFailed =
    "availability+ 9 availability- 1 latency+ 9 ok 9 server_error 1";

history::SlicesOfDay healthy_day() {
  history::SlicesOfDay day;
  for (std::uint32_t i = 0; i < 288; ++i)
    day[i] = counts_of(kHealthy);
  return day;
}

TEST_CASE("the bytes of a packed day are those that files of this version have") {
  history::SlicesOfDay failed = healthy_day();
  failed[100] = counts_of(kOneFailed);
  history::QuartersOfDay quarters;
  for (std::uint32_t i = 4; i < 96; ++i)
    quarters[i] = {30, 0, 0, 0, {}, 30s};
  history::LatenciesOfDay hours;
  hours[1].figures[0] = {3, 1, {{-2, 3}, {-1, 200}, {4, 1}}};
  struct Row {
    std::string packed;
    std::string bytes;
  };
  const auto quick = Packing::quick;
  for (const Row& row :
       {Row{to_packed(history::SlicesOfDay{}, quick), "010000"},
        // One value of three counters, one run of 288 of it.
        Row{to_packed(healthy_day(), quick), "010103000a030a060a0101a002"},
        Row{to_packed(failed, quick),
            "010203000a030a060a05000901010309060907010301640201"
            "01bb01"},
        // A gap of an hour, then 92 quarters.
        Row{to_packed(quarters, quick),
            "01010200"
            "1e0ab0ea010200040"
            "15c"},
        // Two hours of each figure: nothing, then three buckets with a gap of four.
        Row{to_packed(hours, quick), "0102000406010303c80100040100000000"}})
    CHECK(hex(row.packed) == row.bytes);
}

TEST_CASE("each counter of a slice has its own number in a file for ever") {
  const std::array counters = {"availability+",
                               "availability-",
                               "availability~",
                               "latency+",
                               "latency-",
                               "latency~",
                               "ok",
                               "server_error",
                               "protocol_error",
                               "conflict",
                               "response_timeout",
                               "gateway_error",
                               "gateway_not_found",
                               "edge_blocked",
                               "redirected",
                               "not_the_api",
                               "dns_error",
                               "connect_error",
                               "connect_timeout",
                               "tls_error",
                               "connection_lost",
                               "bad_body",
                               "unauthorized",
                               "forbidden",
                               "throttled",
                               "bad_request",
                               "not_found",
                               "response_too_large",
                               "token_unavailable",
                               "proxy_error",
                               "monitor_error",
                               "skipped:overlap",
                               "skipped:limit",
                               "skipped:throttled",
                               "skipped:credentials",
                               "skipped:budget",
                               "skipped:stall"};
  for (std::size_t number = 0; number < counters.size(); ++number) {
    const history::SlicesOfDay day = {{0, counts_of(counters[number] + std::string(" 7"))}};
    CAPTURE(counters[number]);
    REQUIRE(day.at(0) != history::SliceCounts{});
    std::string bytes = {1, 1, 1, static_cast<char>(number), 7, 1, 1, 1};
    CHECK(to_packed(day, Packing::quick) == bytes);
    CHECK(history::slices_from_packed(bytes) == day);
    // One that a later version has added is left out.
    bytes[3] = static_cast<char>(counters.size());
    const auto later = history::slices_from_packed(bytes);
    REQUIRE(later);
    CHECK(later->at(0) == history::SliceCounts{});
  }
}

TEST_CASE("a healthy day takes tens of bytes, and one whose slices alternate is deflated") {
  CHECK(to_packed(healthy_day(), Packing::small).size() < 20);
  history::SlicesOfDay alternating;
  for (std::uint32_t i = 0; i < 288; ++i)
    alternating[i] =
        counts_of(i % 7 % 2 == 0 ? "availability+ 42 ok 42" : "availability+ 43 ok 43");
  CHECK(to_packed(alternating, Packing::quick).size() > 300);
  const std::string small = to_packed(alternating, Packing::small);
  CHECK(small.size() < 64);
  CHECK(history::slices_from_packed(small) == alternating);
}

// Days as dice make them, of all three kinds.
class Days {
 public:
  explicit Days(unsigned seed) : random_(seed) {}

  history::SlicesOfDay slices() {
    history::SlicesOfDay day;
    for_some(288, [&](std::uint32_t i) {
      for (auto& objective : day[i].objectives)
        objective = {number(), few(), few()};
      for (auto& count : day[i].results)
        count = few();
      day[i].results[0] = 1 + number();
      for (auto& count : day[i].skipped)
        count = few();
    });
    return day;
  }
  history::QuartersOfDay quarters() {
    history::QuartersOfDay day;
    for_some(96, [&](std::uint32_t i) {
      history::Availability& sum = day[i];
      sum.good = 1 + number();
      sum.bad = few();
      sum.excluded = few();
      sum.missed = few();
      for (const model::Fault fault : history::kFailingFaults)
        sum.faults[static_cast<std::size_t>(fault)] = few();
      sum.interval = 1s * (random_() % 100);
    });
    return day;
  }
  history::LatenciesOfDay latencies() {
    history::LatenciesOfDay day;
    for_some(24, [&](std::uint32_t i) {
      for (auto& figure : day[i].figures)
        for (std::uint64_t left = 1 + number() % 200; left > 0; --left)
          figure.observe(few() == 0 ? 0 : static_cast<double>(random_() % 1'000'000) * 1e-5);
    });
    return day;
  }

 private:
  template <typename Make>
  void for_some(std::uint32_t count, Make make) {
    const unsigned one_of = 1 + static_cast<unsigned>(random_() % 4);
    for (std::uint32_t i = 0; i < count; ++i)
      if (random_() % one_of == 0) make(i);
  }
  std::uint64_t number() { return random_() >> (random_() % 32); }
  std::uint64_t few() { return random_() % 8 == 0 ? number() : 0; }

  std::mt19937 random_;
};

bool same(const history::LatenciesOfDay& a, const history::LatenciesOfDay& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.figures == y.second.figures;
  });
}

TEST_CASE("packed days are whole after they were written and read, whatever is in them") {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    Days days(seed);
    const auto slices = days.slices();
    const auto quarters = days.quarters();
    const auto latencies = days.latencies();
    for (const Packing packing : {Packing::quick, Packing::small}) {
      CHECK(history::slices_from_packed(to_packed(slices, packing)) == slices);
      CHECK(history::quarters_from_packed(to_packed(quarters, packing)) == quarters);
      const auto read = history::latencies_from_packed(to_packed(latencies, packing));
      REQUIRE(read);
      CHECK(same(*read, latencies));
    }
  }
  CHECK(history::slices_from_packed("")->empty());
  CHECK(history::quarters_from_packed("")->empty());
  CHECK(history::latencies_from_packed("")->empty());
}

// Calls `check` with every damaged form of the bytes, and whether none of them can be right.
template <typename Check>
void damage(const std::string& bytes, std::mt19937& random, Check check) {
  for (std::size_t size = 1; size < bytes.size(); ++size)
    check(bytes.substr(0, size), true);
  check(bytes + '\0', true);
  for (int i = 0; i < 100; ++i) {
    std::string changed = bytes;
    changed[random() % changed.size()] ^= static_cast<char>(1 + random() % 255);
    // zlib's sum tells; a plain number may have become another.
    check(changed, bytes.front() == 2 && changed.front() == 2);
  }
}

TEST_CASE("a packed day that is cut, longer or changed is refused and never read in part") {
  std::mt19937 random(7);
  for (unsigned seed = 1; seed <= 5; ++seed) {
    Days days(seed);
    for (const Packing packing : {Packing::quick, Packing::small}) {
      damage(to_packed(days.slices(), packing), random, [](const std::string& bytes, bool wrong) {
        const auto read = history::slices_from_packed(bytes);
        if (wrong) CHECK_FALSE(read);
      });
      damage(to_packed(days.quarters(), packing), random, [](const std::string& bytes, bool wrong) {
        const auto read = history::quarters_from_packed(bytes);
        if (wrong) CHECK_FALSE(read);
      });
      damage(to_packed(days.latencies(), packing), random,
             [](const std::string& bytes, bool wrong) {
               const auto read = history::latencies_from_packed(bytes);
               if (wrong) CHECK_FALSE(read);
             });
    }
  }
  for (const char* strange : {"x", "\x03", "\x01", "\x02zzzz", "{}"}) {
    CHECK_FALSE(history::slices_from_packed(strange));
    CHECK_FALSE(history::quarters_from_packed(strange));
    CHECK_FALSE(history::latencies_from_packed(strange));
  }
}

TEST_CASE("what two rows of a day have counted is added up") {
  history::SlicesOfDay day = {{3, counts_of(kHealthy)}};
  add(day, {{3, counts_of(kOneFailed)}, {4, counts_of(kHealthy)}});
  CHECK(history::to_text(day.at(3)) ==
        "availability+ 19 availability- 1 latency+ 19 ok 19 server_error 1");
  CHECK(day.size() == 2);
  history::QuartersOfDay quarters = {{0, {1, 0, 0, 0, {}, 10s}}};
  add(quarters, {{0, {2, 1, 0, 0, {}, 30s}}});
  CHECK(quarters.at(0) == history::Availability{3, 1, 0, 0, {}, 30s});
}

TEST_CASE("a stretch is found in its day, before 1970 too") {
  CHECK(history::day_place(288 * 20'000 + 17, history::kSlice).day == 20'000);
  CHECK(history::day_place(288 * 20'000 + 17, history::kSlice).number == 17);
  CHECK(history::day_place(-1, history::kHour).day == -1);
  CHECK(history::day_place(-1, history::kHour).number == 23);
  CHECK(history::stretch_in(-1, 23, history::kHour) == -1);
}

TEST_CASE("deflated bytes are whole again, and nothing else is taken for them") {
  for (const std::string& text : {std::string(), std::string("a"), std::string(100'000, 'x')}) {
    const std::string bytes = base::deflated(text);
    CHECK(base::inflated(bytes, text.size()) == text);
    if (!text.empty()) CHECK_FALSE(base::inflated(bytes, text.size() - 1));
    CHECK_FALSE(base::inflated(bytes + "x", 1'000'000));
    CHECK_FALSE(base::inflated(bytes.substr(0, bytes.size() - 1), 1'000'000));
  }
  const std::string bytes = base::deflated("what is known already", "what is known");
  CHECK(base::inflated(bytes, 100, "what is known") == "what is known already");
  CHECK_FALSE(base::inflated(bytes, 100, "something else"));
  CHECK_FALSE(base::inflated(bytes, 100));
  CHECK_FALSE(base::inflated("", 100));
}

TEST_CASE("a window of the text's size makes it no larger than zlib's usual one does") {
  std::string text;
  for (std::uint32_t i = 0; text.size() < 70'000; ++i)
    text += fmt::format("\"{}\":{},", i % 37, i * 2654435761U >> 20U);
  // At and around the sizes at which the next window begins.
  for (const std::size_t size : {1U, 100U, 761U, 762U, 763U, 1785U, 1786U, 1787U, 7'929U, 7'930U,
                                 32'505U, 32'506U, 70'000U}) {
    CAPTURE(size);
    const std::string part = text.substr(0, size);
    const std::string bytes = base::deflated(part);
    CHECK(base::inflated(bytes, size) == part);
    std::string usual(compressBound(size), '\0');
    uLongf usual_size = usual.size();
    CHECK(compress2(reinterpret_cast<Bytef*>(usual.data()), &usual_size,
                    reinterpret_cast<const Bytef*>(part.data()), size, 9) == Z_OK);
    CHECK(bytes.size() <= usual_size);
  }
}

TEST_CASE("zlib without memory is an exception, as everything without memory is") {
  CHECK_THROWS_AS(base::check_made(Z_MEM_ERROR), std::bad_alloc);
  CHECK_NOTHROW(base::check_made(Z_OK));
}

TEST_CASE(
    "evidence is deflated with the text that files of this version need, and old JSON is read") {
  model::ProbeResult result;
  result.outcome = model::Outcome::server_error;
  result.message = "overloaded";
  result.request_id = "an id";
  const std::string json = history::to_stored_json(result);
  const std::string bytes = history::to_stored(result);
  // RFC 1950: a header that says there is a text (FDICT), and the text's Adler-32.
  CHECK((static_cast<unsigned char>(bytes.at(1)) & 0x20) != 0);
  CHECK(hex(bytes.substr(2, 4)) == "369f8499");
  CHECK(bytes.size() < json.size() / 4);
  for (const std::string& stored : {json, bytes}) {
    const auto read = history::from_stored(stored, {});
    REQUIRE(read);
    CHECK(history::to_stored_json(*read) == json);
  }
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK_FALSE(history::from_stored(bytes.substr(0, size), {}));
}

}  // namespace
}  // namespace reinfer::tests::packed_test
