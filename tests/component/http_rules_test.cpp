// Rules of HTTP that clients rely on (RFC 9110 and 9112), over a bare socket.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <vector>

#include "tests/component/door.h"

namespace reinfer::tests::http_rules_test {
namespace {

std::string ask(int port, const std::string& request) {
  const RawClient client(port);
  client.send(request);
  client.finish();
  return client.read_to_end();
}

std::size_t count_of(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size()))
    ++count;
  return count;
}

TEST_CASE("a target in absolute form means the same as its path") {
  Door door("");
  const int port = door.open();
  for (const char* target : {"/secret", "http://a/secret", "HTTP://a:80/secret?x=1",
                             "https://[::1]:9877/secret", "http://other.example/secret"}) {
    CAPTURE(target);
    const std::string reply = ask(port, fmt::format("GET {} HTTP/1.1\r\nHost: a\r\n\r\n", target));
    CHECK(reply.starts_with("HTTP/1.1 200 OK\r\n"));
  }
  for (const char* target : {"http://a/nothing", "http://a", "http://a?secret", "http:/secret"}) {
    CAPTURE(target);
    const std::string reply = ask(port, fmt::format("GET {} HTTP/1.1\r\nHost: a\r\n\r\n", target));
    CHECK(reply.starts_with("HTTP/1.1 404 Not Found\r\n"));
  }
  for (const char* target : {"http:///secret", "http://", "http://user@a/secret"}) {
    CAPTURE(target);
    const std::string reply = ask(port, fmt::format("GET {} HTTP/1.1\r\nHost: a\r\n\r\n", target));
    CHECK(reply.starts_with("HTTP/1.1 400 Bad Request\r\n"));
  }
}

TEST_CASE("every reply has one Date, whoever wrote it") {
  Door door(kUsers);
  const int port = door.open();
  const std::string host = " HTTP/1.1\r\nHost: a\r\n\r\n";
  for (const std::string& request :
       {"GET /-/healthy" + host, "GET /secret" + host, "HEAD /-/healthy" + host,
        "NONSENSE /" + host, std::string("no request\r\n\r\n"),
        "GET /" + std::string(10'000, 'a') + host}) {
    CAPTURE(request.substr(0, 60));
    const std::string reply = ask(port, request);
    CHECK(count_of(reply, "\r\nDate: ") == 1);
    CHECK(count_of(reply, " GMT\r\n") == 1);
  }
}

TEST_CASE("a method that a path does not know is answered by those that it knows") {
  Door door("");
  const int port = door.open();
  const auto reply = [port](const char* method, const char* path) {
    return ask(port, fmt::format("{} {} HTTP/1.1\r\nHost: a\r\n\r\n", method, path));
  };
  const std::string of_get = reply("DELETE", "/secret");
  CHECK(of_get.starts_with("HTTP/1.1 405 Method Not Allowed\r\n"));
  CHECK(of_get.find("\r\nAllow: GET, HEAD\r\n") != std::string::npos);
  CHECK(reply("GET", "/echo").find("\r\nAllow: POST\r\n") != std::string::npos);
  CHECK(reply("HEAD", "/secret").starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("a body is asked for once, and only if the client waits for that") {
  Door door("");
  const int port = door.open();
  const auto post = [](const char* version, const char* more) {
    return fmt::format("POST /echo HTTP/{}\r\nHost: a\r\nContent-Length: 3\r\n{}\r\n", version,
                       more);
  };
  const char* expects = "Expect: 100-continue\r\n";
  const RawClient waiting(port);
  waiting.send(post("1.1", expects));
  std::string replies = waiting.read_until("\r\n\r\n");
  waiting.send("abc");
  waiting.finish();
  replies += waiting.read_to_end();
  CHECK(count_of(replies, "100 Continue") == 1);
  CHECK(replies.ends_with("127.0.0.1 abc"));
  // The body is there already.
  CHECK(ask(port, post("1.1", expects) + "abc").starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(ask(port, post("1.1", "") + "abc").starts_with("HTTP/1.1 200 OK\r\n"));
  // HTTP/1.0 knows no such expectation.
  const RawClient old(port);
  old.send(post("1.0", expects));
  old.send("abc");
  CHECK(old.read_to_end().starts_with("HTTP/1.1 200 OK\r\n"));
  // Nor is a body wanted that is refused anyway.
  const std::string large =
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n";
  CHECK(ask(port, large).starts_with("HTTP/1.1 413 "));
}

}  // namespace
}  // namespace reinfer::tests::http_rules_test
