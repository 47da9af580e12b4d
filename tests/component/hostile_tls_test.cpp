// Peers of the probes that break the rules of TLS, or stretch them. The outcome is fixed.
#include <doctest/doctest.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <string>
#include <string_view>

#include "tests/component/tls_peer.h"

namespace reinfer::tests::hostile_tls_test {
namespace {

const std::string kBody = R"({"status":"ok","dataset":{}})";
const std::string kEndedByClose =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" + kBody;
const std::string kWithLength =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 28\r\n\r\n" + kBody;

void answer(ssl_st* session, int) {
  read_request(session);
  send_text(session, kWithLength);
}

std::string outcome(const TlsPeer& peer) {
  return label(probe_once({peer.base_url(), peer.ca_file()}));
}

// As libcurl and curl decide it: only without any alternative name is the common name read
// (RFC 6125, section 6.4.4).
TEST_CASE("a certificate with a common name only is for that name") {
  struct Row {
    const char* common_name;
    const char* alternative_names;
    const char* outcome;
  };
  for (const Row& row :
       {Row{"localhost", nullptr, "ok"}, Row{"elsewhere.example", nullptr, "tls_error"},
        Row{"localhost", "DNS:elsewhere.example", "tls_error"},
        Row{"elsewhere.example", "DNS:localhost", "ok"}}) {
    CAPTURE(row.common_name);
    CHECK(outcome({{row.common_name, row.alternative_names}, answer}) == row.outcome);
  }
}

TEST_CASE("a chain of a hundred certificates is checked, one beyond all measure is refused") {
  CHECK(outcome({{"localhost", "DNS:localhost", 98}, answer}) == "ok");
  CHECK(outcome({{"localhost", "DNS:localhost", 400}, answer}) == "tls_error");
}

// Some versions of libcurl take the end of a connection without a goodbye for a loss. A body that
// was cut by whoever cut the connection (RFC 8446, section 6.1) is no whole JSON and never good.
TEST_CASE("a reply of known length needs no goodbye of TLS, and one cut without it is not good") {
  const auto closing = [](const std::string& reply, bool says_goodbye) {
    const TlsPeer peer({}, [&](ssl_st* session, int socket) {
      read_request(session);
      send_text(session, reply);
      if (says_goodbye) SSL_shutdown(session);
      shutdown(socket, SHUT_WR);
    });
    return outcome(peer);
  };
  CHECK(closing(kWithLength, true) == "ok");
  CHECK(closing(kWithLength, false) == "ok");
  CHECK(closing(kEndedByClose, true) == "ok");
  const std::string whole = closing(kEndedByClose, false);
  CHECK((whole == "ok" || whole == "connection_lost"));
  CHECK(closing(kEndedByClose.substr(0, kEndedByClose.size() - 1), false) != "ok");
}

TEST_CASE("a few tickets and key updates are nothing unusual") {
  const TlsPeer peer({}, [](ssl_st* session, int socket) {
    read_request(session);
    for (int i = 0; i < 3; ++i) {
      SSL_new_session_ticket(session);
      SSL_do_handshake(session);
      SSL_key_update(session, SSL_KEY_UPDATE_NOT_REQUESTED);
      SSL_do_handshake(session);
    }
    send_text(session, kWithLength);
    shutdown(socket, SHUT_WR);
  });
  CHECK(outcome(peer) == "ok");
}

// What many messages of TLS itself come to, as they would be sent.
std::string written_many(ssl_st* session, int count, int (*begin)(ssl_st*)) {
  BIO* socket = SSL_get_wbio(session);
  BIO_up_ref(socket);
  BIO* memory = BIO_new(BIO_s_mem());
  BIO_up_ref(memory);
  SSL_set0_wbio(session, memory);
  for (int i = 0; i < count; ++i) {
    begin(session);
    SSL_do_handshake(session);
  }
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(memory, &bytes);
  std::string written(bytes, static_cast<std::size_t>(size));
  SSL_set0_wbio(session, socket);
  BIO_free(memory);
  return written;
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// OpenSSL reads them in one call for as long as they come, and nobody else is called meanwhile:
// without a limit all that come are read, and the reply behind them is good.
TEST_CASE("tickets and key updates without end are read no longer than it takes to notice") {
  constexpr int kAtOnce = 5'000;
  const auto key_update = [](ssl_st* session) {
    return SSL_key_update(session, SSL_KEY_UPDATE_NOT_REQUESTED);
  };
  const auto answered_key_update = [](ssl_st* session) {
    return SSL_key_update(session, SSL_KEY_UPDATE_REQUESTED);
  };
  int kind = 0;
  for (int (*begin)(ssl_st*) : {&SSL_new_session_ticket, +key_update, +answered_key_update}) {
    ++kind;
    CAPTURE(kind);
    const TlsPeer peer({}, [&](ssl_st* session, int socket) {
      read_request(session);
      const std::string flood = written_many(session, kAtOnce, begin);
      if (!send_all(socket, flood)) return;
      send_text(session, kWithLength);
      shutdown(socket, SHUT_WR);
    });
    const std::string label = outcome(peer);
    CHECK((label == "bad_body" || label == "connection_lost"));
    CHECK(peer.connections() == 1);
  }
}

}  // namespace
}  // namespace reinfer::tests::hostile_tls_test
