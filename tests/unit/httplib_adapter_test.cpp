// What httplib makes of heads of requests and of replies, whichever version of it is installed.
#include "http/httplib_adapter.h"

#include <doctest/doctest.h>

#include <optional>

namespace reinfer::tests::httplib_adapter_test {
namespace {

using namespace std::chrono_literals;

// Gives one reply and keeps what it was asked.
class Answerer final : public http::HttplibAnswerer {
 public:
  http::HttpReply answer(const http::HttpRequest& request) override {
    asked = request;
    return std::move(reply);
  }
  http::HttpReply refuse(int status) override {
    refused = status;
    return {status, http::kPlainText, "refused", {{"X-Refused", "yes"}}};
  }

  http::HttpReply reply;
  std::optional<http::HttpRequest> asked;
  int refused = 0;
};

class LongBody final : public http::BodySource {
 public:
  std::string_view next() override { return "never asked for"; }
  bool done() const override { return false; }
};

class AdapterTest {
 public:
  http::WrittenReply process(const std::string& head) {
    answerer.asked.reset();
    answerer.refused = 0;
    return adapter.process(head, answerer);
  }

  static std::string body_of(const http::WrittenReply& written) {
    return written.bytes.substr(written.bytes.find("\r\n\r\n") + 4);
  }

  static bool has(const http::WrittenReply& written, const std::string& line) {
    return written.bytes.find("\r\n" + line + "\r\n") != std::string::npos;
  }

  http::HttplibAdapter adapter{120s};
  Answerer answerer;
};

TEST_CASE_FIXTURE(AdapterTest, "httplib reads path, query, version and fields of a request") {
  answerer.reply = {201, "text/x", "abc", {{"X-A", "1"}, {"X-A", "2"}}};
  const auto written = process("GET /a%20b/c?x=1&y=%2B HTTP/1.1\r\nHost: h\r\nAccept: t\r\n\r\n");
  REQUIRE(answerer.asked);
  CHECK(answerer.asked->method == "GET");
  CHECK(answerer.asked->path == "/a b/c");
  CHECK(answerer.asked->parameter("x") == "1");
  CHECK(answerer.asked->parameter("y") == "+");
  CHECK(answerer.asked->header("accept") == "t");
  CHECK(answerer.asked->version == "HTTP/1.1");
  CHECK(written.bytes.starts_with("HTTP/1.1 201 Created\r\n"));
  CHECK(has(written, "X-A: 1"));
  CHECK(has(written, "X-A: 2"));
  CHECK(has(written, "Content-Type: text/x"));
  CHECK(has(written, "Content-Length: 3"));
  CHECK(has(written, "Keep-Alive: timeout=120, max=1000000"));
  CHECK(body_of(written) == "abc");
  CHECK_FALSE(written.closes);
}

TEST_CASE_FIXTURE(AdapterTest, "one adapter answers request after request") {
  for (const char* body : {"first", "", "third"}) {
    answerer.reply = {200, http::kPlainText, body, {}};
    const auto written = process("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    CHECK(body_of(written) == body);
    CHECK(written.closes);
    CHECK(has(written, "Content-Length: " + std::to_string(std::string(body).size())));
  }
}

TEST_CASE_FIXTURE(AdapterTest, "httplib compresses nothing by itself, and a HEAD gets no body") {
  const std::string accept = "Accept-Encoding: br, gzip\r\n\r\n";
  answerer.reply = {200, http::kPlainText, std::string(5000, 'a'), {}};
  CHECK(body_of(process("GET / HTTP/1.1\r\nHost: h\r\n" + accept)) == std::string(5000, 'a'));
  answerer.reply = {200, http::kPlainText, std::string(5000, 'a'), {}};
  const auto head = process("HEAD / HTTP/1.1\r\nHost: h\r\n" + accept);
  CHECK(body_of(head).empty());
  CHECK(has(head, "Content-Length: 5000"));
}

TEST_CASE_FIXTURE(AdapterTest, "of a reply with a source httplib writes the head alone") {
  answerer.reply = {200, http::kPlainText, "", {{"Transfer-Encoding", "chunked"}}};
  answerer.reply.source = std::make_unique<LongBody>();
  const auto written = process("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(written.source != nullptr);
  CHECK(body_of(written).empty());
  CHECK(has(written, "Transfer-Encoding: chunked"));
  CHECK(written.bytes.find("Content-Length") == std::string::npos);
}

TEST_CASE_FIXTURE(AdapterTest, "a request that httplib refuses gets the answerer's reply") {
  const auto unknown = process("NONSENSE / HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(answerer.refused == 400);
  CHECK_FALSE(answerer.asked);
  CHECK(unknown.bytes.starts_with("HTTP/1.1 400 Bad Request\r\n"));
  CHECK(has(unknown, "X-Refused: yes"));
  CHECK(body_of(unknown) == "refused");
  process("GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(answerer.refused == 414);
}

}  // namespace
}  // namespace reinfer::tests::httplib_adapter_test
