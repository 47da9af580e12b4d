#include <doctest/doctest.h>

#include "base/gzip.h"
#include "transport/reply_reader.h"

namespace reinfer::tests::reply_reader_test {
namespace {

using transport::Refused;
using Line = transport::ReplyReader::Line;

constexpr std::size_t kBodyMax = 100'000;

// A reply with this content-encoding and these bytes of a body, in pieces of `piece` bytes.
struct Read {
  Read(const std::string& coding, std::string_view bytes, std::size_t piece = 7) {
    CHECK(reader.take_line("HTTP/1.1 200 OK\r\n") == Line::status);
    CHECK(reader.take_line("content-encoding: " + coding + "\r\n") == Line::field);
    CHECK(reader.take_line("\r\n") == Line::head_over);
    for (std::size_t at = 0; at < bytes.size(); at += piece)
      if (!reader.take_body(bytes.substr(at, piece))) break;
  }
  model::Exchange exchange;
  transport::ReplyReader reader{exchange, kBodyMax};
};

TEST_CASE("several gzip members are one body, however the bytes arrive") {
  const std::string body = base::gzip("{\"status\":") + base::gzip("") + base::gzip("\"ok\"}");
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, body.size()}) {
    CAPTURE(piece);
    const Read read("gzip", body, piece);
    CHECK(read.reader.refused() == Refused::nothing);
    CHECK_FALSE(read.reader.is_cut());
    CHECK(read.exchange.body == R"({"status":"ok"})");
  }
}

TEST_CASE("a body that is no gzip from end to end is refused, however the bytes arrive") {
  const std::string good = base::gzip("{}");
  for (const std::string& body :
       {good + std::string(512, '\0'), good + "\r\n", good + good + "x{}", std::string("{}{}{}"),
        std::string("\x1f\x8b nonsense"), good.substr(0, 10) + "\xff\xff\xff"})
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, body.size()}) {
      CAPTURE(body.size());
      CAPTURE(piece);
      const Read read("gzip", body, piece);
      CHECK(read.reader.refused() == Refused::broken_gzip);
      CHECK_FALSE(read.reader.why_refused().empty());
    }
}

TEST_CASE("gzip that ends early is cut, and no body at all is not") {
  const std::string body = base::gzip("{}");
  CHECK(Read("gzip", std::string_view(body).substr(0, body.size() - 1)).reader.is_cut());
  CHECK(Read("gzip", body + "\x1f").reader.is_cut());
  CHECK_FALSE(Read("gzip", "").reader.is_cut());
}

TEST_CASE("a body is undone by the coding that was asked for, and no other") {
  const std::string body = base::gzip("{}");
  for (const std::string coding : {"gzip", "x-gzip", "GZIP", "identity, gzip"})
    CHECK(Read(coding, body).exchange.body == "{}");
  CHECK(Read("identity", "{}").exchange.body == "{}");
  for (const std::string coding : {"br", "deflate", "gzip, br", "gzip, gzip"}) {
    CAPTURE(coding);
    CHECK(Read(coding, body).reader.refused() == Refused::coding);
    CHECK(Read(coding, "").reader.refused() == Refused::nothing);
  }
  CHECK(Read("br", "x").reader.why_refused() == "body in the coding \"br\", not asked for");
}

TEST_CASE("a body is limited after it is decompressed") {
  CHECK(Read("gzip", base::gzip(std::string(kBodyMax, 'a'))).exchange.body.size() == kBodyMax);
  CHECK(Read("gzip", base::gzip(std::string(kBodyMax + 1, 'a'))).reader.refused() == Refused::body);
  CHECK(Read("identity", std::string(kBodyMax, 'a')).reader.refused() == Refused::nothing);
  CHECK(Read("identity", std::string(kBodyMax + 1, 'a')).reader.refused() == Refused::body);
}

TEST_CASE("a body may come in many small pieces, but not in any number of them") {
  const std::string most(transport::kSmallPiecesMax, ' ');
  CHECK(Read("identity", most, 1).reader.refused() == Refused::nothing);
  CHECK(Read("identity", most + " ", 1).reader.refused() == Refused::pieces);
  const std::string large(kBodyMax, ' ');
  CHECK(Read("identity", large, transport::kSmallPieceBytes).reader.refused() == Refused::nothing);
}

TEST_CASE("headers without end are refused, in interim replies and trailers too") {
  const std::string line = "x: " + std::string(1000, 'a') + "\r\n";
  for (const bool interim : {false, true})
    for (const bool trailers : {false, true}) {
      model::Exchange exchange;
      transport::ReplyReader reader(exchange, kBodyMax);
      std::size_t lines = 0;
      for (Line last = Line::field; last != Line::refused && lines < 1000; ++lines) {
        if (interim) reader.take_line("HTTP/1.1 103 Early Hints\r\n");
        last = reader.take_line(line);
        if (trailers && last != Line::refused) last = reader.take_line("\r\n");
      }
      CHECK(lines < 300);
      CHECK(lines > 200);
      CHECK(reader.refused() == Refused::headers);
      CHECK(exchange.headers.size() <= transport::kHeaderLinesMax);
    }
}

TEST_CASE("headers are kept up to a limit, which begins anew with each reply") {
  model::Exchange exchange;
  transport::ReplyReader reader(exchange, kBodyMax);
  const std::string line = "a: " + std::string(transport::kHeaderBytesMax - 5, 'x') + "\r\n";
  reader.take_line("HTTP/1.1 103 Early Hints\r\n");
  reader.take_line("b: 1\r\n");
  reader.take_line("\r\n");
  reader.take_line("HTTP/1.1 200 OK\r\n");
  reader.take_line(line);
  CHECK(exchange.headers.size() == 1);
  CHECK(exchange.headers_dropped == 0);
  reader.take_line("b: 1\r\n");
  CHECK(exchange.headers.size() == 1);
  CHECK(exchange.headers_dropped == 1);
}

TEST_CASE("an interim reply's headers are not the reply's") {
  model::Exchange exchange;
  transport::ReplyReader reader(exchange, kBodyMax);
  reader.take_line("HTTP/1.1 103 Early Hints\r\n");
  reader.take_line("content-encoding: br\r\n");
  CHECK(reader.take_line("\r\n") == Line::interim_over);
  reader.take_line("HTTP/1.1 200 OK\r\n");
  CHECK_FALSE(reader.head_complete());
  reader.take_line("Transfer-Encoding: chunked\r\n");
  CHECK_FALSE(reader.chunked());
  CHECK(reader.take_line("\r\n") == Line::head_over);
  CHECK(reader.chunked());
  CHECK(reader.take_body("{}"));
  // A trailer changes nothing about the body.
  reader.take_line("content-encoding: br\r\n");
  CHECK(reader.take_body("{}"));
  CHECK(exchange.body == "{}{}");
  CHECK(exchange.headers.size() == 2);
}

}  // namespace
}  // namespace reinfer::tests::reply_reader_test
