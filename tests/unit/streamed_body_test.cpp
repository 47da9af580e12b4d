#include "http/streamed_body.h"

#include <doctest/doctest.h>

#include <vector>

namespace reinfer::tests {
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
  CHECK(sent == "b\r\nbeginonetwo\r\n0\r\n\r\n");
}

}  // namespace
}  // namespace reinfer::tests
