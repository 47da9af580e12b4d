#include <doctest/doctest.h>

#include <string>

#include "base/random.h"
#include "probe/server_timing.h"

namespace reinfer::tests::server_timing_test {
namespace {

probe::ServerTimingHeader parse(std::vector<std::string> lines) {
  std::vector<model::Header> headers;
  for (std::string& line : lines)
    headers.push_back({"Server-Timing", std::move(line)});
  return probe::parse_server_timing(headers);
}

// "name" or "name=12.5" or "name=12.5(description)", separated by spaces.
std::string shown(const probe::ServerTimingHeader& header) {
  std::string text;
  for (const model::ServerTiming& entry : header.entries) {
    if (!text.empty()) text += ' ';
    text += entry.name;
    if (entry.duration_ms) {
      std::string number = std::to_string(*entry.duration_ms);
      number.erase(number.find_last_not_of('0') + 1);
      if (number.back() == '.') number.pop_back();
      text += "=" + number;
    }
    if (!entry.description.empty()) text += "(" + entry.description + ")";
  }
  return text;
}

TEST_CASE("the platform's own header is read") {
  CHECK(shown(parse({"total;dur=37.7"})) == "total=37.7");
}

TEST_CASE("Server-Timing is read as browsers read it") {
  struct Row {
    std::string_view line;
    std::string_view expected;
  };
  const Row rows[] = {
      {"", ""},
      {"metric", "metric"},
      {"metric;", "metric"},
      {"metric;dur", "metric"},
      {"metric;dur=", "metric"},
      {"metric;dur=123.4", "metric=123.4"},
      {"metric;dur=\"123.4\"", "metric=123.4"},
      {"metric;desc=description", "metric(description)"},
      {"metric;desc=\"description\"", "metric(description)"},
      {"metric;dur=123.4;desc=d", "metric=123.4(d)"},
      {"metric;desc=d;dur=123.4", "metric=123.4(d)"},
      {"metric ; dur = 123.4 ; desc = d", "metric=123.4(d)"},
      {"metric\t;\tdur\t=\t123.4\t;\tdesc\t=\td", "metric=123.4(d)"},
      {"  metric  ,  other;dur=1  ", "metric other=1"},
      {"a;dur=1,b;dur=2,c", "a=1 b=2 c"},
      {",,a,,b,,", "a b"},
      {"!#$%&'*+-.^_`|~1aZ;dur=1", "!#$%&'*+-.^_`|~1aZ=1"},
      {"metric;DUR=1;Desc=d", "metric=1(d)"},
      {"Metric;dur=1,metric;dur=2", "Metric=1 metric=2"},
      {"metric;dur=123.4;dur=567.8", "metric=123.4"},
      {"metric;dur=foo;dur=567.8", "metric"},
      {"metric;dur;dur=567.8", "metric"},
      {"metric;desc=a;desc=b", "metric(a)"},
      {"metric;desc=;desc=b", "metric"},
      {"metric;desc=\"a,b;c=d\";dur=1,next", "metric=1(a,b;c=d) next"},
      {"metric;desc=\"a\\\"b\\\\c\\d\"", "metric(a\"b\\cd)"},
      {"metric;unknown=1;dur=2;other", "metric=2"},
      {"metric;dur=123.4 junk,next", "metric=123.4 next"},
      {"metric;dur=\"123.4\"junk;desc=d", "metric=123.4(d)"},
      {"metric;dur foo=12", "metric"},
      {"metric;foo dur=12", "metric"},
      {"metric junk;dur=123.4", "metric=123.4"},
      {"metric==   \"\"foo;dur=123.4", "metric=123.4"},
      {"metric;;dur=123.4", "metric=123.4"},
      {"metric;dur=+1", "metric=1"},
      {"metric;dur=\" 1.5\"", "metric=1.5"},
      {"metric;dur=\"\t+1.5 \"", "metric=1.5"},
      {"foo\"a,b;c\";dur=1,next", "foo=1 next"},
      {"foo \"a;dur=9,b\" ;dur=1", "foo=1"},
      {"foo;dur=1\"a,b;desc=c\";desc=d", "foo=1(d)"},
      {"foo;x\"a;dur=9,b\";dur=1", "foo=1"},
      {"foo;x=y\"a\\\";dur=9,b\";dur=1", "foo=1"},
      {"metric;=1;dur=2", "metric=2"},
      {"cfL4;desc=\"?proto=TCP&rtt=2171&min_rtt=2100&x=0\", total;dur=5",
       "cfL4(?proto=TCP&rtt=2171&min_rtt=2100&x=0) total=5"},
      {"cfOrigin;dur=12,cfEdge;dur=3,total;dur=9.5", "cfOrigin=12 cfEdge=3 total=9.5"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.line);
    const probe::ServerTimingHeader header = parse({std::string(row.line)});
    CHECK(shown(header) == row.expected);
    CHECK(header.dropped == 0);
  }
}

TEST_CASE("an entry with a broken name is skipped alone and counted") {
  struct Row {
    std::string_view line;
    std::string_view expected;
    std::size_t dropped;
  };
  const Row rows[] = {
      {"[bad];dur=1,total;dur=5", "total=5", 1},
      {"=1,total;dur=5", "total=5", 1},
      {";dur=1,total;dur=5", "total=5", 1},
      {"\"quoted, total;dur=9\";dur=1,total;dur=5", "total=5", 1},
      {"\"never closed, total;dur=5", "total=5", 1},
      {"@\"a, total;dur=9\",total;dur=5", "total=5", 1},
      {"@,(,),total;dur=5,{}", "total=5", 4},
  };
  for (const Row& row : rows) {
    CAPTURE(row.line);
    const probe::ServerTimingHeader header = parse({std::string(row.line)});
    CHECK(shown(header) == row.expected);
    CHECK(header.dropped == row.dropped);
  }
}

TEST_CASE("a quote that never closes hides nothing that follows") {
  CHECK(shown(parse({"edge;desc=\"open, total;dur=5"})) == "edge total=5");
  CHECK(shown(parse({"edge;desc=\"open", "total;dur=5;desc=\"x\""})) == "edge total=5(x)");
  CHECK(shown(parse({"edge;desc=\"open\\"})) == "edge");
}

TEST_CASE("a line of quotes that never close is read once") {
  std::string line = "\"";
  while (line.size() < 4'000'000)
    line += "\\\"";
  CHECK(shown(parse({line, "total;dur=5"})).empty());
  CHECK(parse({line}).dropped == 1);
}

TEST_CASE("several header lines are one list, whatever the case of the header's name") {
  const std::vector<model::Header> headers = {{"server-timing", "cfL4;desc=\"x\""},
                                              {"Content-Type", "total;dur=1"},
                                              {"SERVER-TIMING", "total;dur=7"}};
  CHECK(shown(probe::parse_server_timing(headers)) == "cfL4(x) total=7");
  CHECK(probe::parse_server_timing(headers).present);
  CHECK_FALSE(probe::parse_server_timing({{"Content-Type", "x"}}).present);
}

TEST_CASE("a duration is a plain number from start to end, or absent") {
  for (const std::string_view good : {"37.7", "37", ".5", "5.", "1e3", "0", "-0", "1E-2", "+1",
                                      "+.5", " 1", "1 ", "\t\n\f\r 1"}) {
    CAPTURE(good);
    CHECK(probe::parse_server_timing_duration(good).has_value());
  }
  for (const std::string_view bad :
       {"",     " ",     "+",    "+ 1",      "++1", "-+1", "\v1",   "-1",
        "-0.1", "inf",   "-inf", "infinity", "nan", "NaN", "1e999", "0x10",
        "1,5",  "1_000", "12ms", "abc",      "--1", "+-1", "1e",    "."}) {
    CAPTURE(bad);
    CHECK_FALSE(probe::parse_server_timing_duration(bad).has_value());
  }
  CHECK(probe::parse_server_timing_duration("1e3") == 1000.0);
}

TEST_CASE("entries and bytes have limits and what is cut is counted") {
  std::string many;
  for (int i = 0; i < 70; ++i)
    many += "m" + std::to_string(i) + ",";
  const probe::ServerTimingHeader entries = parse({many});
  CHECK(entries.entries.size() == probe::kServerTimingEntriesMax);
  CHECK(entries.dropped == 6);

  const std::string filler = "filler;desc=\"" + std::string(8100, 'x') + "\"";
  CHECK(shown(parse({filler + ",total;dur=5"})).ends_with("total=5"));
  const probe::ServerTimingHeader cut = parse({filler, "a", "total;dur=" + std::string(200, '1')});
  CHECK(cut.entries.size() == 2);
  CHECK(cut.dropped == 1);
}

TEST_CASE("an entry that crosses the byte limit is dropped whole, not read in part") {
  const std::string filler =
      "f;desc=\"" + std::string(probe::kServerTimingBytesMax - 20, 'x') + "\"";
  const probe::ServerTimingHeader header = parse({filler + ",total;dur=123456789"});
  REQUIRE(header.entries.size() == 1);
  CHECK(header.dropped == 1);
}

TEST_CASE("damaged headers never do harm") {
  const std::uint64_t seed = base::Random::seed_from_kernel();
  CAPTURE(seed);
  base::Random random(seed);
  const std::string_view alphabet =
      "total;dur=37.7,\"\\ \t[]\x01\xff"
      "cfL4desc";
  for (int round = 0; round < 20000; ++round) {
    std::string line;
    for (std::uint64_t length = random.next() % 60; length > 0; --length)
      line += alphabet[random.next() % alphabet.size()];
    const probe::ServerTimingHeader header = parse({line, "total;dur=1"});
    CAPTURE(line);
    REQUIRE(header.entries.size() <= probe::kServerTimingEntriesMax);
    REQUIRE_FALSE(header.entries.empty());
    REQUIRE(header.entries.back().name == "total");
    REQUIRE(header.entries.back().duration_ms == 1.0);
  }
}

}  // namespace
}  // namespace reinfer::tests::server_timing_test
