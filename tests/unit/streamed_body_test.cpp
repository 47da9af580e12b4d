// The body of a reply that is made while it is sent: the bytes that a client gets, and what is kept
// for it meanwhile.
#include "http/streamed_body.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace reinfer::tests::streamed_body_test {
namespace {

// Of a few pieces, and counts how many were asked for.
class FewPieces final : public http::BodySource {
 public:
  FewPieces(std::vector<std::string> pieces, std::size_t& asked)
      : pieces_(std::move(pieces)), asked_(asked) {}
  std::string_view next() override { return pieces_[asked_++]; }
  bool done() const override { return asked_ == pieces_.size(); }

 private:
  const std::vector<std::string> pieces_;
  std::size_t& asked_;
};

// So many pieces of this length, each of another letter.
class Pieces final : public http::BodySource {
 public:
  Pieces(int count, std::size_t length) : count_(count), length_(length) {}

  std::string_view next() override {
    piece_ = std::string(length_, static_cast<char>('a' + given_++ % 26));
    return piece_;
  }
  bool done() const override { return given_ == count_; }

 private:
  int count_;
  std::size_t length_;
  int given_ = 0;
  std::string piece_;
};

constexpr std::size_t kPieceBytes = 16 * 1024;
constexpr int kPieces = 20;

std::string whole_text() {
  std::string text = "begin";
  Pieces pieces(kPieces, kPieceBytes);
  while (!pieces.done())
    text += pieces.next();
  return text;
}

http::StreamedBody body_of(bool gzipped, bool chunked) {
  return {"begin",
          std::make_unique<Pieces>(kPieces, kPieceBytes),
          {.gzipped = gzipped, .chunked = chunked}};
}

std::string all_of(http::StreamedBody body) {
  std::string all, bytes;
  bool more = true;
  while (more) {
    bytes.clear();
    more = body.append_next(bytes);
    all += bytes;
  }
  return all;
}

// RFC 9112 section 7.1; empty where it is none.
std::string unchunked(std::string_view framed) {
  std::string text;
  for (;;) {
    const std::size_t end = framed.find("\r\n");
    if (end == std::string_view::npos) return "";
    const std::size_t length = std::stoul(std::string(framed.substr(0, end)), nullptr, 16);
    framed.remove_prefix(end + 2);
    if (length == 0) return framed == "\r\n" ? text : "";
    text += framed.substr(0, length);
    framed.remove_prefix(length);
    if (!framed.starts_with("\r\n")) return "";
    framed.remove_prefix(2);
  }
}

std::string unzipped(std::string_view bytes) {
  std::string text;
  base::Gunzip gunzip;
  if (gunzip.add(bytes, 1'000'000, text) != base::Gunzip::Result::fine) return "";
  return gunzip.complete() ? text : "";
}

TEST_CASE("a body that is made while it is sent arrives whole, however it is framed") {
  CHECK(all_of(body_of(false, false)) == whole_text());
  CHECK(unchunked(all_of(body_of(false, true))) == whole_text());
  CHECK(unzipped(all_of(body_of(true, false))) == whole_text());
  CHECK(unzipped(unchunked(all_of(body_of(true, true)))) == whole_text());
}

TEST_CASE("a client keeps little more than what is sent to it next") {
  auto body = body_of(false, true);
  const std::string head(300, 'h');
  bool more = true;
  while (more) {
    std::string bytes = head;
    more = body.append_next(bytes);
    CHECK(bytes.starts_with(head));
    CHECK(bytes.size() < http::StreamedBody::kBytesAtOnce + 2 * kPieceBytes);
    CHECK(bytes.capacity() < 2 * http::StreamedBody::kBytesAtOnce);
    if (more) CHECK(bytes.size() >= http::StreamedBody::kBytesAtOnce);
  }
}

std::string unpacked(const std::string& bytes) {
  std::string text;
  CHECK(base::Gunzip().add(bytes, 1'000'000, text) == base::Gunzip::Result::fine);
  return text;
}

TEST_CASE("piece by piece, each is sent before the next is made") {
  for (const bool gzipped : {false, true}) {
    CAPTURE(gzipped);
    std::size_t asked = 0;
    http::StreamedBody body(
        "<head>", std::make_unique<FewPieces>(std::vector<std::string>{"one", "two"}, asked),
        {.gzipped = gzipped, .piece_by_piece = true});
    std::string sent;
    const auto text = [&] { return gzipped ? unpacked(sent) : sent; };
    CHECK(body.append_next(sent));
    CHECK(text() == "<head>");
    CHECK(asked == 0);
    CHECK(body.append_next(sent));
    CHECK(text() == "<head>one");
    CHECK_FALSE(body.append_next(sent));
    CHECK(text() == "<head>onetwo");
  }
}

TEST_CASE("other pieces are sent together as long as they are few bytes") {
  std::size_t asked = 0;
  http::StreamedBody body(
      "begin", std::make_unique<FewPieces>(std::vector<std::string>{"one", "two"}, asked),
      {.chunked = true});
  std::string sent;
  CHECK_FALSE(body.append_next(sent));
  CHECK(sent == "5\r\nbegin\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n");
}

}  // namespace
}  // namespace reinfer::tests::streamed_body_test
