#include <doctest/doctest.h>

#include <string>

#include "base/random.h"
#include "http/request_parser.h"

namespace reinfer::tests::request_parser_test {
namespace {

using namespace std::literals;
using State = http::ParseResult::State;

const http::RequestLimits kLimits{1024, 10, 100};

struct Row {
  std::string bytes;
  int status;  // 0: complete, -1: incomplete
  http::Rejection reason = http::Rejection::malformed;
};

int status_of(const http::ParseResult& frame) {
  if (frame.state == State::refused) return frame.status;
  return frame.state == State::complete ? 0 : -1;
}

std::string with(const std::string& lines) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n";
}

TEST_CASE("a request is whole, on its way, or none") {
  const std::string many =
      "a: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\n";
  const Row rows[] = {
      {"", -1},
      {"GET / HT", -1},
      {"GET / HTTP/1.1\r\nHost: a\r\n", -1},
      {with(""), 0},
      {with("Accept: */*\r\n"), 0},
      {with("Content-Length: 0\r\n"), 0},
      {with("Content-Length: 2\r\n"), -1},
      {with("Content-Length: 2\r\n") + "ab", 0},
      {with("Content-Length: 2\r\n") + "abGET", 0},
      {with("Content-Length: 000000000000000002\r\n") + "ab", 0},
      {with("X: \xc3\xa4\t.\r\n"), 0},
      {"GET / HTTP/1.0\r\n\r\n", 0},
      {"GET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n", 0},
      // No request line.
      {"\r\n\r\n", 400},
      {"GET /\r\n\r\n", 400},
      {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"G(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /\x80 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"GET / FTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"\x16\x03\x01\x00\xa5\x01\x00\x00"s, 400},
      // No header.
      {with("no colon\r\n"), 400},
      {with(": b\r\n"), 400},
      {with("a : b\r\n"), 400},
      {with(" folded: b\r\n"), 400},
      {with("a: b\x01\r\n"), 400},
      {with("a: b\0c\r\n"s), 400},
      {with("a: b\rc\r\n"), 400},
      {"GET / HTTP/1.1\nHost: a\n\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\n", 400},
      {"GET /\0"s, 400},
      // Two readings.
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {with("Host: b\r\n"), 400},
      {with("Content-Length: 2\r\nContent-Length: 2\r\n") + "ab", 400},
      {with("Content-Length: 2\r\ncontent-length: 3\r\n") + "abc", 400},
      {with("Content-Length: 2, 2\r\n") + "ab", 400},
      {with("Content-Length: +2\r\n") + "ab", 400},
      {with("Content-Length: -2\r\n"), 400},
      {with("Content-Length: 0x2\r\n") + "ab", 400},
      {with("Content-Length: \r\n"), 400},
      {with("Content-Length: 99999999999999999999\r\n"), 400},
      {with("Content-Length: 0000000000000000002\r\n") + "ab", 400},
      {with("Transfer-Encoding: chunked\r\n") + "0\r\n\r\n", 411},
      {with("transfer-encoding: xchunked\r\n"), 411},
      {with("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n"), 400},
      // Too much.
      {with("Content-Length: 101\r\n"), 413, http::Rejection::body_too_large},
      {with(many), 0},
      {with(many + "a: b\r\n"), 431, http::Rejection::header_too_large},
      {with("a: " + std::string(1024, 'b') + "\r\n"), 431, http::Rejection::header_too_large},
      {std::string(1024, 'a'), 431, http::Rejection::header_too_large},
      {std::string(1023, 'a'), -1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.bytes);
    const http::ParseResult frame = http::parse_request(row.bytes, kLimits);
    CHECK(status_of(frame) == row.status);
    if (row.status > 0) CHECK(frame.reason == row.reason);
  }
}

TEST_CASE("where a request ends does not depend on how it comes") {
  const std::string bytes = with("Content-Length: 3\r\nExpect: 100-continue\r\n") + "abcGET ";
  const std::size_t head = bytes.size() - 7;
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    CAPTURE(size);
    const http::ParseResult frame =
        http::parse_request(std::string_view(bytes).substr(0, size), kLimits);
    CHECK((frame.state == State::complete) == (size >= head + 3));
    CHECK(frame.head_bytes == (size >= head ? head : 0));
    CHECK(frame.expects_continue == (size >= head && size < head + 3));
  }
}

TEST_CASE("nothing that a stranger sends is more than refused") {
  const std::uint64_t seed = base::Random::seed_from_kernel();
  CAPTURE(seed);
  base::Random random(seed);
  const std::string alphabet =
      "GET / HTTP/1.1\r\n\r\nHost: a\r\nContent-Length: 12\r\n\0\xff:\t ,"s;
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = random.next() % 2 == 0 ? with("") : "";
    for (std::uint64_t n = random.next() % 60; n > 0; --n)
      bytes.insert(random.next() % (bytes.size() + 1), 1,
                   alphabet[random.next() % alphabet.size()]);
    const http::ParseResult frame = http::parse_request(bytes, kLimits);
    if (frame.state == State::complete)
      REQUIRE(frame.head_bytes + frame.body_bytes <= bytes.size());
  }
}

}  // namespace
}  // namespace reinfer::tests::request_parser_test
