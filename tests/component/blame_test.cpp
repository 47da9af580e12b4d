// Failures that were blamed on somebody else before: each against a server that really does it.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <memory>

#include "base/gzip.h"
#include "simulator/certificates.h"
#include "tests/component/probing.h"
#include "tests/component/raw_server.h"

namespace reinfer::tests::blame_test {
namespace {

using namespace std::literals;

const std::string kBody = R"({"status":"ok","dataset":{}})";
constexpr long kDay = 24 * 60 * 60;

std::string head(const std::string& headers) {
  return "HTTP/1.1 200 OK\r\n" + headers + "\r\n";
}

// Sends until the peer has had enough.
void flood(int socket, const std::string& piece) {
  while (send(socket, piece.data(), piece.size(), MSG_NOSIGNAL) > 0) {
  }
}

model::ProbeResult probe_of(const std::function<void(int)>& answer) {
  RawServer server([&](int socket, int) {
    if (read_head(socket)) answer(socket);
  });
  return probe_once({server.base_url(), "", "timeout = \"20s\""});
}

TEST_CASE("a body of several gzip members is read, whether they come at once or apart") {
  const std::string first = base::gzip(kBody.substr(0, 10));
  const std::string second = base::gzip(kBody.substr(10));
  const std::string start = head(fmt::format("content-encoding: gzip\r\ncontent-length: {}\r\n",
                                             first.size() + second.size()));
  CHECK(label(probe_of([&](int socket) { send_text(socket, start + first + second); })) == "ok");
  // In chunks, libcurl delivers each on its own.
  const auto chunk = [](const std::string& bytes) {
    return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
  };
  const std::string chunked = head("content-encoding: gzip\r\ntransfer-encoding: chunked\r\n") +
                              chunk(first) + chunk(second) + "0\r\n\r\n";
  CHECK(label(probe_of([&](int socket) { send_text(socket, chunked); })) == "ok");
}

TEST_CASE("compression that is broken is the peer's") {
  const std::string good = base::gzip(kBody);
  for (const std::string& body :
       {good + std::string(1000, '\0'), good + "junk", good.substr(0, good.size() - 4)}) {
    const std::string start = head("content-encoding: gzip\r\ntransfer-encoding: chunked\r\n");
    const model::ProbeResult result = probe_of([&](int socket) {
      send_text(socket, start);
      for (const char byte : body)
        send_text(socket, fmt::format("1\r\n{}\r\n", byte));
      send_text(socket, "0\r\n\r\n");
    });
    CAPTURE(result.message);
    CHECK(label(result) == "bad_body");
  }
}

TEST_CASE("headers and framing without end are the peer's") {
  const std::string many = "x-a: " + std::string(1000, 'a') + "\r\n";
  const std::string chunked = head("transfer-encoding: chunked\r\n");
  struct Row {
    const char* what;
    std::string start;
    std::string piece;
  };
  for (const Row& row : {Row{"header lines", "HTTP/1.1 200 OK\r\n", many},
                         Row{"one header line", "HTTP/1.1 200 OK\r\nx-a: ", std::string(8192, 'a')},
                         Row{"a status line", "HTTP/1.1 200 ", std::string(8192, 'a')},
                         Row{"interim replies", "", "HTTP/1.1 103 Early Hints\r\n" + many + "\r\n"},
                         Row{"a chunk extension", chunked + "5;", std::string(8192, 'a')},
                         Row{"trailers", chunked + "0\r\n", many},
                         Row{"one trailer", chunked + "0\r\nx-a: ", std::string(8192, 'a')}}) {
    CAPTURE(row.what);
    const model::ProbeResult result = probe_of([&](int socket) {
      send_text(socket, row.start);
      flood(socket, row.piece);
    });
    CAPTURE(result.message);
    CHECK(label(result) == "bad_body");
  }
}

TEST_CASE("headers of 400 KB are the peer's and no lost connection") {
  std::string headers;
  for (int i = 0; i < 400; ++i)
    headers += "x-a: " + std::string(1000, 'a') + "\r\n";
  const model::ProbeResult result = probe_of(
      [&](int socket) { send_text(socket, head(headers + "content-length: 28\r\n") + kBody); });
  CHECK(label(result) == "bad_body");
}

TEST_CASE("a lookup without descriptors or threads is the monitor's failure") {
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  for (int left = 0; left <= 3; ++left) {
    CAPTURE(left);
    Probing probing(to_toml({"https://no-such-host.invalid"}));
    const int lowest_free = dup(0);
    close(lowest_free);
    const rlimit few{static_cast<rlim_t>(lowest_free + left), before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &few);
    const model::ProbeResult result = probing.probe();
    setrlimit(RLIMIT_NOFILE, &before);
    CAPTURE(result.message);
    CHECK(label(result) == "monitor_error");
  }
  // No thread can be had with a stack larger than the address space.
  pthread_attr_t usual;
  pthread_attr_t vast;
  pthread_getattr_default_np(&usual);
  pthread_getattr_default_np(&vast);
  pthread_attr_setstacksize(&vast, std::size_t{1} << 46);
  Probing probing(to_toml({"https://no-such-host.invalid"}));
  pthread_setattr_default_np(&vast);
  const model::ProbeResult result = probing.probe();
  pthread_setattr_default_np(&usual);
  CAPTURE(result.message);
  CHECK(label(result) == "monitor_error");
  const model::ProbeResult unknown = probe_once({"https://no-such-host.invalid"});
  CHECK(label(unknown) == "dns_error");
  CHECK(unknown.cause == model::Cause::name_unknown);
}

X509* read_certificate(const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> text(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  return PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr);
}

EVP_PKEY* read_key(const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> text(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  return PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr);
}

// Each connection gets a handshake with this certificate, and what `after` does.
class HandshakeServer {
 public:
  using After = std::function<void(SSL*, int socket, bool accepted)>;

  HandshakeServer(X509* leaf, EVP_PKEY* key, After after)
      : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free),
        server_([this, after = std::move(after)](int socket, int) {
          const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context_.get()), SSL_free);
          SSL_set_fd(ssl.get(), socket);
          after(ssl.get(), socket, SSL_accept(ssl.get()) == 1);
        }) {
    REQUIRE(SSL_CTX_use_certificate(context_.get(), leaf) == 1);
    REQUIRE(SSL_CTX_use_PrivateKey(context_.get(), key) == 1);
    X509_free(leaf);
    EVP_PKEY_free(key);
  }
  SSL_CTX* context() { return context_.get(); }
  std::string url() const {
    const std::string plain = server_.base_url();
    return "https" + plain.substr(plain.find(':'));
  }

 private:
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  RawServer server_;
};

void answer_once(SSL* ssl, int, bool accepted) {
  std::array<char, 4096> request;
  if (!accepted || SSL_read(ssl, request.data(), static_cast<int>(request.size())) <= 0) return;
  const std::string reply = head(fmt::format("content-length: {}\r\n", kBody.size())) + kBody;
  SSL_write(ssl, reply.data(), static_cast<int>(reply.size()));
  SSL_shutdown(ssl);
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
}

// A certificate of 127.0.0.1, signed by its own key whoever the issuer is said to be.
struct Made {
  X509* certificate;
  EVP_PKEY* key;
};
Made make_certificate(const char* issuer, long starts, long ends, const char* more = nullptr) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* made = X509_new();
  X509_set_version(made, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
  X509_gmtime_adj(X509_getm_notBefore(made), starts);
  X509_gmtime_adj(X509_getm_notAfter(made), ends);
  X509_set_pubkey(made, key);
  const auto name = [](X509_NAME* to, const char* text) {
    X509_NAME_add_entry_by_txt(to, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(text),
                               -1, -1, 0);
  };
  name(X509_get_subject_name(made), "api.example");
  X509_NAME* of_issuer = X509_NAME_new();
  name(of_issuer, issuer);
  X509_set_issuer_name(made, of_issuer);
  X509_NAME_free(of_issuer);
  const auto extend = [&](int nid, const char* value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
    REQUIRE(extension != nullptr);
    X509_add_ext(made, extension, -1);
    X509_EXTENSION_free(extension);
  };
  extend(NID_subject_alt_name, "IP:127.0.0.1");
  if (more != nullptr) extend(NID_info_access, more);
  REQUIRE(X509_sign(made, key, EVP_sha256()) > 0);
  return {made, key};
}

TEST_CASE("a refused certificate has the reason that is likely") {
  const TemporaryFolder folder;
  write_file(folder.path("ca.pem"), simulator::make_certificates().ca_pem);
  const auto cause = [&](Made made, const std::string& message) {
    HandshakeServer server(made.certificate, made.key, answer_once);
    const model::ProbeResult result = probe_once({server.url(), folder.path("ca.pem")});
    CHECK(label(result) == "tls_error");
    CHECK(result.message == message);
    return result.cause;
  };
  // As every certificate of a public CA has it.
  CHECK(cause(make_certificate("R1", -kDay, kDay, "caIssuers;URI:http://r1.example/"),
              "certificate of api.example was sent without that of its issuer R1") ==
        model::Cause::intermediate_missing);
  CHECK(cause(make_certificate("Proxy", -kDay, kDay),
              "certificate of api.example is from Proxy, which is not known here") ==
        model::Cause::issuer_unknown);
  CHECK(cause(make_certificate("api.example", -kDay, kDay),
              "certificate of api.example is signed by itself and not known here") ==
        model::Cause::issuer_unknown);
}

TEST_CASE("a certificate that is not valid yet makes our clock suspect") {
  const TemporaryFolder folder;
  const Made made = make_certificate("api.example", kDay, 2 * kDay);
  FILE* file = fopen(folder.path("ca.pem").c_str(), "w");
  PEM_write_X509(file, made.certificate);
  fclose(file);
  HandshakeServer server(made.certificate, made.key, answer_once);
  const model::ProbeResult result = probe_once({server.url(), folder.path("ca.pem")});
  CAPTURE(result.message);
  CHECK(label(result) == "tls_error");
  CHECK(result.cause == model::Cause::certificate_not_yet_valid);
}

TEST_CASE("the expiry shown is that of the chain that was verified") {
  const TemporaryFolder folder;
  const simulator::Certificates certificates = simulator::make_certificates();
  write_file(folder.path("ca.pem"), certificates.ca_pem);
  const simulator::Certificate& leaf = certificates.leaves[0];
  HandshakeServer server(read_certificate(leaf.certificate_pem), read_key(leaf.key_pem),
                         answer_once);
  // The server sends a certificate as well that expired yesterday and that nothing depends on.
  REQUIRE(SSL_CTX_add_extra_chain_cert(
              server.context(), read_certificate(certificates.leaves[1].certificate_pem)) == 1);
  const model::ProbeResult result = probe_once({server.url(), folder.path("ca.pem")});
  CAPTURE(result.message);
  CHECK(label(result) == "ok");
  REQUIRE(result.tls.has_value());
  CHECK(result.tls->earliest_expiry > base::SystemClock().now().wall + 80 * 24h);
}

TEST_CASE("a server that wants a certificate is a tls_error, even if it resets the connection") {
  const TemporaryFolder folder;
  const simulator::Certificates certificates = simulator::make_certificates();
  write_file(folder.path("ca.pem"), certificates.ca_pem);
  const simulator::Certificate& leaf = certificates.leaves[0];
  std::atomic<bool> closed{false};
  HandshakeServer server(read_certificate(leaf.certificate_pem), read_key(leaf.key_pem),
                         [&](SSL*, int socket, bool accepted) {
                           CHECK_FALSE(accepted);
                           const linger at_once{1, 0};
                           setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
                           // Closes the connection, and leaves a descriptor to be closed.
                           const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
                           dup2(nothing, socket);
                           close(nothing);
                           closed = true;
                         });
  SSL_CTX_set_verify(server.context(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  for (int i = 0; i < 20; ++i) {
    closed = false;
    Probing probing(to_toml({server.url(), folder.path("ca.pem")}));
    REQUIRE(probing.start(0).kind == probe::Prober::Start::Kind::sent);
    std::vector<model::ProbeResult> results;
    // So that alert and reset are both there when we look again, as often as can be.
    while (!closed && results.empty())
      results = probing.turn(base::mono_now());
    while (results.empty())
      results = probing.turn();
    CAPTURE(results[0].message);
    CHECK(label(results[0]) == "tls_error");
    CHECK(results[0].cause == model::Cause::certificate_wanted);
  }
}

}  // namespace
}  // namespace reinfer::tests::blame_test
