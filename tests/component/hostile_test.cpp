#include <doctest/doctest.h>
#include <fmt/format.h>

#include <thread>
#include <vector>

#include "tests/component/door.h"

namespace reinfer::tests::hostile_test {
namespace {

using namespace std::literals;

constexpr const char* kGet = "GET /secret HTTP/1.1\r\nHost: a\r\n\r\n";

http::ServerLimits impatient() {
  http::ServerLimits limits;
  limits.request_time = 100ms;
  limits.idle_time = 100ms;
  limits.reply_time = 100ms;
  return limits;
}

std::string status_line(const std::string& reply) {
  return reply.substr(0, reply.find("\r\n"));
}

TEST_CASE("what is no request, or two at once, is refused and the connection closed") {
  Door door("");
  const int port = door.open();
  struct Row {
    std::string bytes;
    std::string status;
  };
  const std::string head = "GET /secret HTTP/1.1\r\nHost: a\r\n";
  for (const Row& row : {
           Row{head + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nGET /", "400 Bad Request"},
           Row{head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", "411 Length Required"},
           Row{head + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
               "400 Bad Request"},
           Row{head + "no colon\r\n\r\n", "400 Bad Request"},
           Row{"GET /\0secret HTTP/1.1\r\n\r\n"s, "400 Bad Request"},
           Row{"GET /secret HTTP/3.0\r\n\r\n", "505 HTTP Version Not Supported"},
           Row{head + "A: " + std::string(1 << 20, 'a') + "\r\n\r\n",
               "431 Request Header Fields Too Large"},
           Row{"GET /" + std::string(1 << 20, 'a'), "431 Request Header Fields Too Large"},
           Row{head + "Content-Length: 1000000\r\n\r\n", "413 Content Too Large"},
           Row{"NONSENSE /secret HTTP/1.1\r\nHost: a\r\n\r\n", "400 Bad Request"},
           Row{"GET /" + std::string(10'000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n",
               "414 URI Too Long"},
       }) {
    CAPTURE(row.bytes.substr(0, 80));
    const RawClient client(port);
    client.send(row.bytes);
    client.finish();
    CHECK(status_line(client.read_to_end()) == "HTTP/1.1 " + row.status);
  }
  CHECK(door.rejected(http::Rejection::malformed) == 6);
  CHECK(door.rejected(http::Rejection::header_too_large) == 2);
  CHECK(door.rejected(http::Rejection::body_too_large) == 1);
  CHECK(fetch(port, {"/secret"}).status == 200);
}

TEST_CASE("paths of every kind end in an answer") {
  Door door("");
  const int port = door.open();
  for (const char* path : {"/%00", "/%", "/%zz", "/..", "/../../etc/passwd", "//", "/?", "/?&=&",
                           "/#", "/secret/%2e%2e", "/secret%0d%0aX:%20y"}) {
    CAPTURE(path);
    const Page page = fetch(port, {path});
    CHECK((page.status == 404 || page.status == 400));
    CHECK(page.headers.count("x") == 0);
  }
  const RawClient client(port);
  client.send(
      "GET /secret HTTP/1.1\r\nHost: a\r\nRange: bytes=0-\r\n\r\n"
      "GET /secret HTTP/1.0\r\n\r\n");
  CHECK(client.read_to_end().find("HTTP/1.1 200 OK") != std::string::npos);
}

TEST_CASE("no range makes a reply longer than what there is to say") {
  Door door("");
  const int port = door.open();
  for (const char* name : {"Range", "range", "RANGE "})
    for (const char* path : {"/secret", "/nothing-here"})
      for (const char* range : {"bytes=0-99999", "bytes=999-1099", "bytes=99999999-",
                                "bytes=-99999", "bytes=0-0,5-99999", "bytes=5-2", "nonsense"})
        for (const char* end : {"\r\n", "\n"}) {
          const std::string plain = fmt::format("GET {} HTTP/1.1\r\nHost: a\r\n\r\n", path);
          const std::string ranged =
              fmt::format("GET {} HTTP/1.1\r\nHost: a\r\n{}: {}{}\r\n", path, name, range, end);
          CAPTURE(ranged);
          const RawClient client(port);
          client.send(ranged);
          client.finish();
          const std::string reply = client.read_to_end();
          const RawClient other(port);
          other.send(plain);
          other.finish();
          CHECK(reply.size() <= other.read_to_end().size() + 200);
          CHECK(reply.find("Content-Range") == std::string::npos);
        }
}

TEST_CASE("requests that come together are answered in turn, however they are cut") {
  Door door("");
  const int port = door.open();
  const std::string post = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n";
  const std::string all =
      post + "\r\none" + post + "\r\ntwo" + post + "Connection: close\r\n\r\nend";
  const auto order = [](const std::string& replies) {
    return std::vector{replies.find(" one"), replies.find(" two"), replies.find(" end")};
  };
  const RawClient together(port);
  together.send(all);
  const RawClient dribbled(port);
  for (const char byte : all)
    dribbled.send(std::string(1, byte));
  for (const RawClient* client : {&together, &dribbled}) {
    const std::string replies = client->read_to_end();
    CAPTURE(replies);
    const auto places = order(replies);
    CHECK(places[0] < places[1]);
    CHECK(places[1] < places[2]);
    CHECK(places[2] != std::string::npos);
  }
}

TEST_CASE("a body is asked for when the client waits to be asked") {
  Door door("");
  const int port = door.open();
  const RawClient client(port);
  client.send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n"
      "Connection: close\r\n\r\n");
  CHECK(status_line(client.read_until("\r\n\r\n")) == "HTTP/1.1 100 Continue");
  client.send("abc");
  CHECK(client.read_to_end().find("127.0.0.1 abc") != std::string::npos);
}

TEST_CASE("a client that has said all still gets its reply") {
  Door door("");
  const int port = door.open();
  const RawClient client(port);
  client.send(kGet);
  client.finish();
  CHECK(client.read_until("127.0.0.1 ").find("200 OK") != std::string::npos);
}

TEST_CASE("slow clients are cut off: silent ones, dribblers, those who never read") {
  Door door(tls_config(), impatient());
  Door plain("", impatient());
  const int tls_port = door.open();
  const int port = plain.open();
  const RawClient silent(port);
  const RawClient shaking(tls_port);
  shaking.send("\x16\x03\x01");
  CHECK(silent.closed());
  CHECK(shaking.closed());
  CHECK(door.rejected(http::Rejection::slow) == 1);
  CHECK(plain.rejected(http::Rejection::slow) == 1);
  const RawClient half(port);
  half.send("GET /secret HTTP/1.1\r\nX: ");
  CHECK(status_line(half.read_to_end()) == "HTTP/1.1 408 Request Timeout");
  CHECK(plain.rejected(http::Rejection::slow) == 2);
  // Each byte comes in time, the request does not.
  const RawClient dribbler(port);
  for (int sent = 0; plain.rejected(http::Rejection::slow) == 2; std::this_thread::yield()) {
    // More, and its head would be too large before its time is up.
    if (sent++ < 1000) dribbler.send("a");
  }
  const RawClient deaf(port);
  deaf.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  while (plain.rejected(http::Rejection::slow) == 3)
    std::this_thread::yield();
  // Between two requests it is not the client that is slow.
  const RawClient patient(port);
  patient.send(kGet);
  CHECK(status_line(patient.read_to_end()) == "HTTP/1.1 200 OK");
  CHECK(plain.rejected(http::Rejection::slow) == 4);
}

TEST_CASE("idle clients beyond the limit make room for others, the oldest first") {
  http::ServerLimits limits;
  limits.connections_max = 16;
  Door door("", limits);
  const int port = door.open();
  const RawClient regular(port);
  regular.send(kGet);
  CHECK(status_line(regular.read_until("127.0.0.1 ")) == "HTTP/1.1 200 OK");
  std::vector<std::unique_ptr<RawClient>> idle;
  for (int i = 0; i < 100; ++i)
    idle.push_back(std::make_unique<RawClient>(port));
  CHECK(fetch(port, {"/secret"}).status == 200);
  CHECK(door.rejected(http::Rejection::too_many_connections) >= 85);
  CHECK(door.server_instruments.connections() <= 16);
  CHECK(idle.front()->closed());
  // Whoever has asked before may ask again.
  regular.send(kGet);
  CHECK(status_line(regular.read_until("127.0.0.1 ")) == "HTTP/1.1 200 OK");
}

TEST_CASE("requests beyond the limit are told to come again") {
  http::ServerLimits limits;
  limits.requests_max = 2;
  Door door("", limits);
  const int port = door.open();
  const RawClient first(port);
  const RawClient second(port);
  for (const RawClient* client : {&first, &second})
    client->send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  while (door.waiting < 2)
    std::this_thread::yield();
  const Page third = fetch(port, {"/secret"});
  CHECK(third.status == 503);
  CHECK(third.headers.at("retry-after") == "1");
  CHECK(door.rejected(http::Rejection::busy) == 1);
  door.gate.set_value();
  CHECK(first.read_until("at last").find("200 OK") != std::string::npos);
  CHECK(second.read_until("at last").find("200 OK") != std::string::npos);
  CHECK(fetch(port, {"/secret"}).status == 200);
}

TEST_CASE(
    "a route learns that its client has left, and one that only says no more gets its reply") {
  Door door("");
  const int port = door.open();
  {
    const RawClient client(port);
    client.send("GET /until-left HTTP/1.1\r\nHost: a\r\n\r\n");
    while (door.waiting < 1)
      std::this_thread::yield();
  }
  while (door.left < 1)
    std::this_thread::yield();
  const RawClient client(port);
  client.send("GET /until-left HTTP/1.1\r\nHost: a\r\n\r\n");
  client.finish();
  CHECK(client.read_until("you have left").find("200 OK") != std::string::npos);
}

TEST_CASE("what is under way when the server stops is answered, what is idle is not waited for") {
  Door door("");
  const int port = door.open();
  const RawClient idle(port);
  const RawClient slow(port);
  slow.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  while (door.waiting < 1)
    std::this_thread::yield();
  std::thread stopping([&] { door.server->stop(); });
  CHECK(idle.closed());
  door.gate.set_value();
  CHECK(slow.read_to_end().find("at last") != std::string::npos);
  stopping.join();
}

TEST_CASE("a client that has just connected when the server stops may still ask, for a moment") {
  http::ServerLimits limits;
  limits.stop_time = 1min;
  limits.stop_request_time = 1min;
  Door door("", limits);
  const int port = door.open();
  const RawClient newcomer(port);
  const RawClient half(port);
  half.send("GET /secret HTTP/1.1\r\n");
  const RawClient kept(port);
  // Once the third has its reply the server knows of all of them.
  kept.send(kGet);
  CHECK(kept.read_until("\r\n\r\n").find("200 OK") != std::string::npos);
  std::thread stopping([&] { door.server->stop(); });
  CHECK(kept.closed());
  newcomer.send(kGet);
  half.send("Host: a\r\n\r\n");
  CHECK(newcomer.read_to_end().find("200 OK") != std::string::npos);
  CHECK(half.read_to_end().find("200 OK") != std::string::npos);
  stopping.join();
  CHECK(door.rejected(http::Rejection::slow) == 0);
}

TEST_CASE("a part of a request holds up no stop, on a new connection or on a kept one") {
  http::ServerLimits limits;
  limits.stop_time = 1h;
  limits.request_time = 1h;
  limits.stop_request_time = 0s;
  Door door("", limits);
  const int port = door.open();
  const RawClient newcomer(port);
  newcomer.send("GET /sec");
  const RawClient kept(port);
  kept.send(kGet);
  kept.read_until("\r\n\r\n");
  kept.send("GET /sec");
  door.server->stop();
  CHECK(newcomer.closed());
  CHECK(kept.closed());
}

TEST_CASE("wrong passwords stand in a queue of their own") {
  // At a cost of 10 each takes long enough for the queue to fill.
  Door door(
      "basic_auth_users:\n"
      "  alice: $2b$04$aaaaaaaaaaaaaaaaaaaaaOGY9KrC7e/pHj3EXQPxs8hKEBbvQhsvG\n"
      "  bob: $2b$10$aaaaaaaaaaaaaaaaaaaaaOGY9KrC7e/pHj3EXQPxs8hKEBbvQhsvG\n");
  const int port = door.open();
  const Fetch alice{.path = "/secret", .user_password = "alice:secret"};
  CHECK(fetch(port, alice).status == 200);
  std::vector<std::unique_ptr<RawClient>> guessing;
  for (int i = 0; i < 12; ++i) {
    guessing.push_back(std::make_unique<RawClient>(port, "127.0.0.2"));
    // "bob:0", "bob:1", ...
    guessing.back()->send(
        fmt::format("GET /secret HTTP/1.1\r\nHost: a\r\nAuthorization: Basic Ym9iO{}\r\n\r\n",
                    std::string("jA=jE=jI=jM=jQ=jU=jY=jc=jg=jk=jo=js=")
                        .substr(3 * static_cast<unsigned>(i), 3)));
  }
  // Known already, so answered while those wait.
  CHECK(fetch(port, alice).status == 200);
  std::map<std::string, int> answers;
  for (const auto& client : guessing)
    ++answers[status_line(client->read_until("\r\n\r\n"))];
  CHECK(answers["HTTP/1.1 401 Unauthorized"] >= 4);
  CHECK(answers["HTTP/1.1 429 Too Many Requests"] >= 1);
  CHECK(answers["HTTP/1.1 401 Unauthorized"] + answers["HTTP/1.1 429 Too Many Requests"] == 12);
  CHECK(door.rejected(http::Rejection::too_many_passwords) ==
        static_cast<std::uint64_t>(answers["HTTP/1.1 429 Too Many Requests"]));
}

}  // namespace
}  // namespace reinfer::tests::hostile_test
