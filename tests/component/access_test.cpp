#include <doctest/doctest.h>
#include <fmt/format.h>
#include <openssl/ssl.h>

#include "tests/component/door.h"

namespace reinfer::tests::access_test {
namespace {

using namespace std::literals;

constexpr const char* kBob =
    "basic_auth_users:\n  bob: $2b$04$aaaaaaaaaaaaaaaaaaaaaOGY9KrC7e/pHj3EXQPxs8hKEBbvQhsvG\n";

TEST_CASE("everything but the health check needs a user") {
  Door door(kUsers);
  const int port = door.open();
  CHECK(fetch(port, {"/-/healthy"}).status == 200);
  for (const char* path : {"/secret", "/", "/nothing", "/-/healthy/", "/metrics"}) {
    CAPTURE(path);
    const Page page = fetch(port, {path});
    CHECK(page.status == 401);
    CHECK(page.headers.at("www-authenticate") ==
          "Basic realm=\"reinfer_exporter\", charset=\"UTF-8\"");
    CHECK(page.body.find("127.0.0.1") == std::string::npos);
  }
  // Nor does the method say what there is.
  CHECK(fetch(port, {.path = "/secret", .body = "x"}).status == 401);
  CHECK(fetch(port, {.path = "/secret", .user_password = "alice:secret"}).status == 200);
  CHECK(fetch(port, {.path = "/secret", .user_password = "alice:wrong"}).status == 401);
  CHECK(fetch(port, {.path = "/secret", .user_password = "mallory:secret"}).status == 401);
  CHECK(fetch(port, {.path = "/nothing", .user_password = "alice:secret"}).status == 404);
  CHECK(door.rejected(http::Rejection::unauthorized) == 8);
}

TEST_CASE("a bearer token will do, too, and may be exchanged") {
  Door door(kUsers, {}, true);
  const int port = door.open();
  const auto with = [&](const std::string& token) {
    return fetch(port, {.path = "/secret", .headers = {"Authorization: Bearer " + token}}).status;
  };
  CHECK(with(kToken) == 200);
  CHECK(with("another") == 401);
  CHECK(fetch(port, {.path = "/secret", .user_password = "alice:secret"}).status == 200);
  // Emptied, it opens nothing.
  write(door.folder.path("tokens"), "");
  door.await_reload(false);
  CHECK(with(kToken) == 200);
  write(door.folder.path("tokens"), "the-next-bearer-token\n");
  door.await_reload(true);
  CHECK(with(kToken) == 401);
  CHECK(with("the-next-bearer-token") == 200);
}

TEST_CASE("configured headers stand on every reply that does not set them itself") {
  Door door("http_server_config:\n  headers:\n    X-Frame-Options: deny\n" + std::string(kUsers));
  const int port = door.open();
  const auto header = [&](const std::string& path, const char* user) {
    return fetch(port, {.path = path, .user_password = user}).headers.at("x-frame-options");
  };
  CHECK(header("/secret", "alice:secret") == "deny");
  CHECK(header("/secret", "alice:wrong") == "deny");
  CHECK(header("/nothing", "alice:secret") == "deny");
  CHECK(header("/framed", "alice:secret") == "sameorigin");
}

TEST_CASE("TLS is spoken from 1.2 on, with the suites that are configured") {
  Door door(
      tls_config("  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, "
                 "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]\n"));
  const int port = door.open();
  const auto status = [&](int version, const std::string& ciphers = "") {
    Fetch what = door.tls();
    what.tls_version = version;
    what.ciphers = ciphers;
    return fetch(port, what).status;
  };
  CHECK(status(TLS1_3_VERSION) == 200);
  CHECK(status(TLS1_2_VERSION) == 200);
  CHECK(door.rejected(http::Rejection::tls) == 0);
  CHECK(status(TLS1_1_VERSION, "DEFAULT@SECLEVEL=0") == 0);
  CHECK(status(TLS1_2_VERSION, "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES256-GCM-SHA384") == 0);
  CHECK(door.rejected(http::Rejection::tls, 2) == 2);
  CHECK(door.server_instruments.has_web_certificate_expiry());
}

TEST_CASE("who speaks plain HTTP to a port with TLS is told so") {
  Door door(tls_config());
  const int port = door.open();
  const Page page = fetch(port, {"/secret"});
  CHECK(page.status == 400);
  CHECK(page.body == "This port speaks HTTPS: the address begins https://\n");
  RawClient(port).send("\x16\x03\x01\x02\x00 nonsense");
  CHECK(fetch(port, door.tls()).status == 200);
}

TEST_CASE("certificates of clients are wanted, checked or required, as configured") {
  struct Row {
    const char* policy;
    bool without;
    bool good;
    bool expired;
  };
  for (const Row& row :
       {Row{"NoClientCert", true, true, true}, Row{"RequestClientCert", true, true, true},
        Row{"RequireAnyClientCert", false, true, true},
        Row{"VerifyClientCertIfGiven", true, true, false},
        Row{"RequireAndVerifyClientCert", false, true, false}}) {
    CAPTURE(row.policy);
    const std::string ca = row.policy == "NoClientCert"sv ? "" : "  client_ca_file: ca.pem\n";
    Door door(tls_config(fmt::format("  client_auth_type: {}\n{}", row.policy, ca)));
    const int port = door.open();
    const auto gets_in = [&](const std::string& name) {
      Fetch what = door.tls();
      if (!name.empty()) {
        what.certificate = door.folder.path(name + ".crt");
        what.key = door.folder.path(name + ".key");
      }
      return fetch(port, what).status == 200;
    };
    CHECK(gets_in("") == row.without);
    CHECK(gets_in("web") == row.good);
    CHECK(gets_in("old") == row.expired);
  }
}

TEST_CASE("a client's certificate must be of the right CA and for an allowed name") {
  Door door(
      tls_config("  client_auth_type: RequireAndVerifyClientCert\n"
                 "  client_ca_file: ca.pem\n"
                 "  client_allowed_sans: [wrong-name.example]\n"));
  const simulator::Certificates strangers = simulator::make_certificates();
  write(door.folder.path("stranger.crt"), strangers.leaves[2].certificate_pem);
  write(door.folder.path("stranger.key"), strangers.leaves[2].key_pem);
  const int port = door.open();
  for (const auto& [file, in] : {std::pair("other", true), {"web", false}, {"stranger", false}}) {
    const std::string name = file;  // clang 14 captures no structured binding
    CAPTURE(name);
    Fetch what = door.tls();
    what.certificate = door.folder.path(name + ".crt");
    what.key = door.folder.path(name + ".key");
    CHECK((fetch(port, what).status == 200) == in);
  }
  CHECK(door.rejected(http::Rejection::tls, 2) == 2);
}

TEST_CASE("a certificate exchanged on disk is shown, a broken one is not") {
  Door door(tls_config());
  const int port = door.open();
  CHECK(fetch(port, door.tls()).status == 200);
  write(door.folder.path("web.crt"), "half of a cert");
  door.await_reload(false);
  CHECK(fetch(port, door.tls()).status == 200);
  // Of another CA, which only the new file knows.
  door.write_certificates();
  door.await_reload(true);
  CHECK(fetch(port, door.tls()).status == 200);
}

TEST_CASE("users come and go with the file, and a mistake changes nothing") {
  Door door(kUsers);
  const int port = door.open();
  const Fetch alice{.path = "/secret", .user_password = "alice:secret"};
  CHECK(fetch(port, alice).status == 200);
  write(door.folder.path("web.yml"), "basic_auth_users:\n  alice: secret\n");
  door.await_reload(false);
  CHECK(fetch(port, alice).status == 200);
  CHECK(fetch(port, {"/secret"}).status == 401);
  write(door.folder.path("web.yml"), kBob);
  door.await_reload(true);
  CHECK(fetch(port, alice).status == 401);
  CHECK(fetch(port, {.path = "/secret", .user_password = "bob:secret"}).status == 200);
}

TEST_CASE("an emptied file opens nothing") {
  Door door(kUsers + tls_config());
  const int port = door.open();
  write(door.folder.path("web.yml"), "# nothing\n");
  door.await_reload(false);
  CHECK(fetch(port, {"/secret"}).status != 200);
  CHECK(fetch(port, door.tls()).status == 401);
  Fetch alice = door.tls();
  alice.user_password = "alice:secret";
  CHECK(fetch(port, alice).status == 200);
}

TEST_CASE("a file that a new configuration points to may come after it") {
  Door door(tls_config());
  const int port = door.open();
  CHECK(fetch(port, door.tls()).status == 200);
  write(door.folder.path("web.yml"),
        "tls_server_config:\n  cert_file: late.crt\n  key_file: web.key\n");
  door.await_reload(false);
  CHECK(fetch(port, door.tls()).status == 200);
  write(door.folder.path("late.crt"), door.certificates.leaves[0].certificate_pem);
  door.await_reload(true);
  CHECK(fetch(port, door.tls()).status == 200);
}

TEST_CASE("a web configuration with problems opens no port") {
  Door door("basic_auth_users:\n  alice: secret\n  bob: x\n");
  door.options.addresses = {{"127.0.0.1", 0}};
  http::Server server(door.options, {}, door.server_instruments, door.log);
  const auto bound = server.bind();
  REQUIRE_FALSE(bound);
  CHECK(bound.error().find("web.yml:2:10: basic_auth_users.alice: is not a bcrypt hash") !=
        std::string::npos);
  CHECK(bound.error().find("web.yml:3:8: basic_auth_users.bob: ") != std::string::npos);
}

// A read that does not come back, as of a file on a dead mount, until the test lets it. It outlives
// the door, whose thread reads.
class DeadMount {
 public:
  void holds_files_of(Door& door) {
    door.options.read_files = [this, alive = alive_.get_future().share()](const auto& names) {
      if (dead_) {
        waiting_ = true;
        alive.wait();
      }
      return http::read_web_files(names);
    };
  }
  void die() { dead_ = true; }
  void await_reader() const {
    while (!waiting_)
      std::this_thread::yield();
  }
  void revive() { alive_.set_value(); }

 private:
  std::promise<void> alive_;
  std::atomic<bool> dead_{false};
  std::atomic<bool> waiting_{false};
};

TEST_CASE("a web configuration on a dead mount keeps nobody waiting") {
  DeadMount mount;
  Door door(kUsers);
  mount.holds_files_of(door);
  const int port = door.open();
  mount.die();
  write(door.folder.path("web.yml"), kBob);
  mount.await_reader();
  CHECK(fetch(port, {.path = "/secret", .user_password = "alice:secret"}).status == 200);
  CHECK(fetch(port, {"/secret"}).status == 401);
  mount.revive();
  while (fetch(port, {.path = "/secret", .user_password = "bob:secret"}).status != 200)
    std::this_thread::yield();
  CHECK(fetch(port, {.path = "/secret", .user_password = "alice:secret"}).status == 401);
}

TEST_CASE("a stop does not wait for a web configuration on a dead mount") {
  DeadMount mount;
  Door door(kUsers);
  mount.holds_files_of(door);
  door.open();
  mount.die();
  write(door.folder.path("web.yml"), kBob);
  mount.await_reader();
  door.server->stop();
  mount.revive();
}

TEST_CASE("the rate is kept") {
  Door door("rate_limit: {interval: 1h, burst: 2}\n");
  const int port = door.open();
  CHECK(fetch(port, {"/secret"}).status == 200);
  CHECK(fetch(port, {"/secret"}).status == 200);
  CHECK(fetch(port, {"/secret"}).status == 429);
  CHECK(fetch(port, {"/-/healthy"}).status == 200);
  CHECK(door.rejected(http::Rejection::rate_limit) == 1);
}

}  // namespace
}  // namespace reinfer::tests::access_test
