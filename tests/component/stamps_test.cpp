#include <doctest/doctest.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "simulator/certificates.h"
#include "tests/component/probing.h"
#include "tests/component/raw_server.h"

namespace reinfer::tests::stamps_test {
namespace {

using namespace std::chrono_literals;

// What a server knows for sure of one request, on the clock that it shares with the client. The
// request had left before `read`; the reply's first byte came between `begun` and `first_sent`.
struct Truth {
  base::MonoTime read;
  base::MonoTime begun;
  base::MonoTime first_sent;
  base::MonoTime over;
};

class Truths {
 public:
  void tell(const Truth& truth) {
    const std::lock_guard lock(mutex_);
    told_.push_back(truth);
    changed_.notify_all();
  }
  Truth next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !told_.empty(); });
    const Truth truth = told_.front();
    told_.pop_front();
    return truth;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Truth> told_;
};

constexpr base::Nanoseconds kHold = 30ms;

#ifdef REINFER_SANITIZED_BY_THREAD
constexpr bool kThreadSanitizer = true;
#else
constexpr bool kThreadSanitizer = false;
#endif

// A server's thread waits, as a server that works would.
void hold(base::Nanoseconds time = kHold) {
  poll(nullptr, 0, static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(time).count()));
}

void send_at_once(int socket) {
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

const std::string kHead = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n";
const std::string kBody = "0123456789";

// Sends pieces with the first hold before them and others between.
Truth answer(const std::function<void(const std::string&)>& say,
             const std::vector<std::string>& pieces) {
  Truth truth{};
  truth.read = base::mono_now();
  for (const std::string& piece : pieces) {
    hold();
    if (truth.begun == base::MonoTime{}) truth.begun = base::mono_now();
    say(piece);
    if (truth.first_sent == base::MonoTime{}) truth.first_sent = base::mono_now();
  }
  truth.over = base::mono_now();
  return truth;
}

// Every connection is served as long as the client keeps it.
class PlainServer {
 public:
  explicit PlainServer(std::vector<std::string> pieces, base::Nanoseconds dawdle = 0ns)
      : server_([this, pieces = std::move(pieces), dawdle](int socket, int) {
          send_at_once(socket);
          while (read_head(socket)) {
            const Truth truth =
                answer([&](const std::string& piece) { send_text(socket, piece); }, pieces);
            hold(dawdle);
            truths.tell(truth);
          }
        }) {}
  std::string url() const { return server_.base_url() + "/"; }

  Truths truths;

 private:
  RawServer server_;
};

using SslPtr = std::unique_ptr<SSL, decltype(&SSL_free)>;

class TlsPeer {
 public:
  using Serve = std::function<void(SSL* ssl, Truths& truths)>;

  // One that is `slow` holds before each time that it speaks.
  TlsPeer(int version, Serve serve, bool http2 = false, bool slow = false)
      : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free),
        server_([this, serve = std::move(serve), slow](int socket, int) {
          send_at_once(socket);
          outlive_the_client();
          if (slow) hold();
          const SslPtr ssl(SSL_new(context_.get()), SSL_free);
          SSL_set_fd(ssl.get(), socket);
          if (SSL_accept(ssl.get()) == 1) serve(ssl.get(), truths);
        }) {
    const simulator::Certificates certificates = simulator::make_certificates();
    use(certificates.leaves[0]);
    std::ofstream(ca_file()) << certificates.ca_pem;
    SSL_CTX_set_min_proto_version(context_.get(), version);
    SSL_CTX_set_max_proto_version(context_.get(), version);
    if (slow) SSL_CTX_set_info_callback(context_.get(), hold_before_finished);
    if (http2) SSL_CTX_set_alpn_select_cb(context_.get(), choose_http2, nullptr);
  }
  std::string url() const { return "https" + server_.base_url().substr(4) + "/"; }
  std::string ca_file() const { return folder_.path("ca.pem"); }

  Truths truths;

 private:
  using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

  static Bio text(const std::string& pem) {
    return {BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free};
  }
  static int choose_http2(SSL*, const unsigned char** out, unsigned char* size,
                          const unsigned char*, unsigned, void*) {
    *out = reinterpret_cast<const unsigned char*>("h2");
    *size = 2;
    return SSL_TLSEXT_ERR_OK;
  }
  // Else what is said to one that is gone is a signal (OpenSSL writes as anybody does).
  static void outlive_the_client() {
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  }
  static void hold_before_finished(const SSL* ssl, int where, int) {
    if ((where & SSL_CB_LOOP) != 0 && SSL_get_state(ssl) == TLS_ST_SR_FINISHED) hold();
  }
  void use(const simulator::Certificate& certificate) {
    X509* leaf =
        PEM_read_bio_X509(text(certificate.certificate_pem).get(), nullptr, nullptr, nullptr);
    EVP_PKEY* key =
        PEM_read_bio_PrivateKey(text(certificate.key_pem).get(), nullptr, nullptr, nullptr);
    REQUIRE(SSL_CTX_use_certificate(context_.get(), leaf) == 1);
    REQUIRE(SSL_CTX_use_PrivateKey(context_.get(), key) == 1);
    X509_free(leaf);
    EVP_PKEY_free(key);
  }

  TemporaryFolder folder_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  RawServer server_;
};

void write_tls(SSL* ssl, const std::string& bytes) {
  SSL_write(ssl, bytes.data(), static_cast<int>(bytes.size()));
}

// Reads one request's head; false if the client is gone.
bool read_tls_head(SSL* ssl) {
  std::string head;
  for (char c = 0; !head.ends_with("\r\n\r\n"); head += c)
    if (SSL_read(ssl, &c, 1) != 1) return false;
  return true;
}

TlsPeer::Serve answers_in(std::vector<std::string> pieces) {
  return [pieces = std::move(pieces)](SSL* ssl, Truths& truths) {
    while (read_tls_head(ssl))
      truths.tell(answer([ssl](const std::string& piece) { write_tls(ssl, piece); }, pieces));
  };
}

std::string frame(char type, char flags, char stream, const std::string& payload) {
  return std::string{0, 0, static_cast<char>(payload.size()), type, flags, 0, 0, 0, stream} +
         payload;
}

// One exchange of HTTP/2 (RFC 9113): waits for the end of the client's stream, which it answers.
bool read_http2_request(SSL* ssl, char& stream) {
  for (;;) {
    std::array<unsigned char, 9> header{};
    for (unsigned char& byte : header)
      if (SSL_read(ssl, &byte, 1) != 1) return false;
    const std::size_t length = header[0] * 65536U + header[1] * 256U + header[2];
    char ignored = 0;
    for (std::size_t i = 0; i < length; ++i)
      if (SSL_read(ssl, &ignored, 1) != 1) return false;
    stream = static_cast<char>(header[8]);
    constexpr unsigned char kHeaders = 1;
    constexpr unsigned char kEndStream = 1;
    if (header[3] <= kHeaders && (header[4] & kEndStream) != 0) return true;
  }
}

void serve_http2(SSL* ssl, Truths& truths) {
  char byte = 0;
  for (std::size_t i = 0; i < std::string_view("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").size(); ++i)
    if (SSL_read(ssl, &byte, 1) != 1) return;
  write_tls(ssl, frame(4, 0, 0, ""));  // SETTINGS, which the client acknowledges
  char stream = 0;
  while (read_http2_request(ssl, stream)) {
    const std::string headers = frame(1, 4, stream, "\x88");  // ":status: 200"
    truths.tell(answer([ssl](const std::string& piece) { write_tls(ssl, piece); },
                       {headers, frame(0, 1, stream, kBody)}));
  }
}

bool forward(int from, int to) {
  std::array<char, 4096> bytes;
  const ssize_t size = recv(from, bytes.data(), bytes.size(), 0);
  if (size > 0) send_text(to, std::string(bytes.data(), static_cast<std::size_t>(size)));
  return size > 0;
}

// An HTTP proxy that opens a tunnel to any port of this machine (RFC 9110, 9.3.6).
void serve_tunnel(int client) {
  send_at_once(client);
  std::string head;
  if (!read_head(client, &head)) return;
  const int tenant = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(head.substr(head.find(':') + 1))));
  REQUIRE(connect(tenant, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  send_at_once(tenant);
  send_text(client, "HTTP/1.1 200 Connection established\r\n\r\n");
  for (bool open = true; open;) {
    std::array<pollfd, 2> ends = {{{client, POLLIN, 0}, {tenant, POLLIN, 0}}};
    poll(ends.data(), ends.size(), -1);
    if (ends[0].revents != 0) open = forward(client, tenant);
    if (open && ends[1].revents != 0) open = forward(tenant, client);
  }
  close(tenant);
}

struct Measured {
  model::Exchange exchange;
  base::MonoTime begun;
};

class Client {
 public:
  explicit Client(model::ClockSource stamps = model::ClockSource::kernel) : transport(16, stamps) {}

  base::MonoTime start(const std::string& url, const std::string& ca_file = "") {
    model::Request request;
    request.method = body.empty() ? "GET" : "POST";
    request.body = body;
    request.url = url;
    request.deadlines = deadlines;
    request.connection = connection;
    request.network.ca_file = ca_file;
    request.network.proxy_url = proxy_url;
    if (proxy_url.empty()) request.network.no_proxy = "*";
    request.body_bytes_max = 1'000'000;
    const base::MonoTime begun = base::mono_now();
    transport.start(transport::ProbeId{++last_}, std::move(request));
    return begun;
  }
  Measured get(const std::string& url, const std::string& ca_file = "") {
    const base::MonoTime begun = start(url, ca_file);
    Measured measured{std::move(transport.poll(base::MonoTime::max()).at(0).exchange), begun};
    // A server that was not asked has nothing to tell, and would be waited for.
    REQUIRE(measured.exchange.error_text == "");
    return measured;
  }

  model::Deadlines deadlines{60s, 20s, 20s, 20s};
  model::ConnectionMode connection = model::ConnectionMode::fresh;
  std::string body;
  std::string proxy_url;
  transport::CurlTransport transport;

 private:
  std::uint64_t last_ = 0;
};

// Whether this kernel stamps at all; some sandboxes' do not. It begins to a moment after somebody
// has asked for it, and goes on as long as somebody does.
bool kernel_stamps() {
  static Client keeps_it_on;
  static const bool on = [] {
    PlainServer server({kHead + kBody});
    for (int i = 0; i < 20; ++i)
      if (keeps_it_on.get(server.url()).exchange.clock_source == model::ClockSource::kernel)
        return true;
    MESSAGE("no kernel time stamps here");
    return false;
  }();
  return on;
}

// What must hold of a wait that the kernel stamped at both ends.
void check_wait(const Measured& measured, Truths& truths, Truth* told = nullptr) {
  const Truth truth = truths.next();
  if (told != nullptr) *told = truth;
  const model::Exchange& exchange = measured.exchange;
  CAPTURE(exchange.error_text);
  REQUIRE(exchange.http_status == 200);
  CHECK(exchange.clock_source == model::ClockSource::kernel);
  REQUIRE(exchange.phases.wait.has_value());
  CHECK(*exchange.phases.wait >= truth.begun - truth.read);
  // Where pieces of a reply have come together, the first is known by its bounds.
  CHECK(*exchange.phases.wait - exchange.uncertainty.wait <= truth.first_sent - measured.begun);
}

TEST_CASE("the wait begins and ends when the kernel says so, on fresh and reused connections") {
  if (!kernel_stamps()) return;
  PlainServer server({kHead + kBody});
  for (const model::ConnectionMode mode :
       {model::ConnectionMode::fresh, model::ConnectionMode::reuse}) {
    Client client;
    client.connection = mode;
    for (int i = 0; i < 3; ++i) {
      const Measured measured = client.get(server.url());
      check_wait(measured, server.truths);
      CHECK(measured.exchange.connection_reused == (mode == model::ConnectionMode::reuse && i > 0));
      CHECK(measured.exchange.body == kBody);
    }
  }
}

TEST_CASE("with TLS 1.2 and 1.3 the wait is the kernel's too") {
  if (!kernel_stamps()) return;
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CAPTURE(version);
    TlsPeer server(version, answers_in({kHead + kBody}));
    for (const model::ConnectionMode mode :
         {model::ConnectionMode::fresh, model::ConnectionMode::reuse}) {
      Client client;
      client.connection = mode;
      for (int i = 0; i < 3; ++i) {
        check_wait(client.get(server.url(), server.ca_file()), server.truths);
      }
    }
  }
}

TEST_CASE("session tickets between request and reply are not the reply") {
  if (!kernel_stamps()) return;
  TlsPeer server(TLS1_3_VERSION, [](SSL* ssl, Truths& truths) {
    while (read_tls_head(ssl)) {
      hold();
      SSL_new_session_ticket(ssl);
      SSL_do_handshake(ssl);
      truths.tell(
          answer([ssl](const std::string& piece) { write_tls(ssl, piece); }, {kHead + kBody}));
    }
  });
  Client client;
  client.connection = model::ConnectionMode::reuse;
  for (int i = 0; i < 3; ++i)
    check_wait(client.get(server.url(), server.ca_file()), server.truths);
}

TEST_CASE("over HTTP/2 neither settings nor their acknowledgement count, with a body or without") {
  if (!kernel_stamps()) return;
  TlsPeer server(TLS1_3_VERSION, serve_http2, true);
  Client client;
  client.connection = model::ConnectionMode::reuse;
  for (int i = 0; i < 4; ++i) {
    // A body leaves apart from the head.
    client.body = i % 2 == 0 ? "" : "{}";
    const Measured measured = client.get(server.url(), server.ca_file());
    check_wait(measured, server.truths);
    CHECK(measured.exchange.body == kBody);
    CHECK(*measured.exchange.phases.receive + measured.exchange.uncertainty.wait >= kHold);
    CHECK(measured.exchange.connection_reused == (i > 0));
  }
}

TEST_CASE("through a proxy's tunnel the request is the tenant's, and so is the reply") {
  if (!kernel_stamps()) return;
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsPeer server(version, answers_in({kHead + kBody}));
    RawServer proxy([](int client, int) { serve_tunnel(client); });
    for (const model::ConnectionMode mode :
         {model::ConnectionMode::fresh, model::ConnectionMode::reuse}) {
      Client client;
      client.connection = mode;
      client.proxy_url = proxy.base_url();
      // A loop that is late because of a neighbour may have to take its own clock.
      int by_the_kernel = 0;
      for (int i = 0; i < 2 || (by_the_kernel == 0 && i < 30); ++i) {
        const Measured measured = client.get(server.url(), server.ca_file());
        const base::MonoTime over = base::mono_now();
        const Truth truth = server.truths.next();
        REQUIRE(measured.exchange.http_status == 200);
        by_the_kernel += measured.exchange.clock_source == model::ClockSource::kernel ? 1 : 0;
        CHECK(*measured.exchange.phases.wait + measured.exchange.uncertainty.wait >=
              truth.begun - truth.read);
        CHECK(*measured.exchange.phases.total <= over - measured.begun);
        CHECK(measured.exchange.connection_reused ==
              (mode == model::ConnectionMode::reuse && i > 0));
      }
      CHECK(by_the_kernel > 0);
    }
  }
}

TEST_CASE("a reply in pieces begins with the first and ends with the last") {
  if (!kernel_stamps()) return;
  const std::vector<std::string> pieces = {kHead.substr(0, 7), kHead.substr(7), kBody};
  PlainServer server(pieces);
  Client client;
  const Measured plain = client.get(server.url());
  Truth truth{};
  check_wait(plain, server.truths, &truth);
  CHECK(*plain.exchange.phases.receive + plain.exchange.uncertainty.wait >= 2 * kHold);
  CHECK(*plain.exchange.phases.total <= truth.over - plain.begun);

  TlsPeer secure(TLS1_3_VERSION, answers_in({kHead, kBody.substr(0, 5), kBody.substr(5)}));
  const Measured measured = client.get(secure.url(), secure.ca_file());
  check_wait(measured, secure.truths, &truth);
  CHECK(*measured.exchange.phases.receive + measured.exchange.uncertainty.wait >= 2 * kHold);
  CHECK(*measured.exchange.phases.total - measured.exchange.uncertainty.total <=
        truth.over - measured.begun);
}

TEST_CASE("an interim reply is not the reply's first byte") {
  if (!kernel_stamps()) return;
  PlainServer server({"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n", kHead, kBody});
  Client client;
  const Measured measured = client.get(server.url());
  const Truth truth = server.truths.next();
  CHECK(measured.exchange.clock_source == model::ClockSource::kernel);
  CHECK(*measured.exchange.phases.wait >= truth.begun - truth.read + kHold);
  CHECK(*measured.exchange.phases.receive + measured.exchange.uncertainty.wait >= kHold);
}

// The loop goes away once the request has reached the server, and does not come back until long
// after the reply.
Measured get_with_late_loop(Client& client, PlainServer& server, Truth& truth) {
  const base::MonoTime begun = client.start(server.url());
  // The request leaves with the connection, which is there at once on this machine.
  std::optional<model::Exchange> early;
  for (bool gone = false; !gone;) {
    for (transport::Completion& completion : client.transport.poll(base::mono_now() + 1ms))
      early = std::move(completion.exchange);
    gone = early.has_value() || base::mono_now() - begun > kHold / 2;
  }
  truth = server.truths.next();
  if (early) return {std::move(*early), begun};
  return {std::move(client.transport.poll(base::MonoTime::max()).at(0).exchange), begun};
}

TEST_CASE("a loop that is late does not make the platform slow") {
  constexpr base::Nanoseconds kDawdle = 60ms;
  PlainServer server({kHead + kBody}, kDawdle);
  Truth truth{};
  if (kernel_stamps()) {
    Client client;
    const Measured measured = get_with_late_loop(client, server, truth);
    server.truths.tell(truth);
    check_wait(measured, server.truths);
    CHECK(*measured.exchange.phases.total <= truth.over - measured.begun);
    CHECK(measured.exchange.uncertainty.wait < kDawdle);
  }
  Client client(model::ClockSource::user);
  const Measured measured = get_with_late_loop(client, server, truth);
  CHECK(measured.exchange.clock_source == model::ClockSource::user);
  CHECK(*measured.exchange.phases.wait >= truth.begun - truth.read + kDawdle);
  // And without them it knows that it may not be trusted.
  CHECK(measured.exchange.uncertainty.wait >= kDawdle);
  CHECK(measured.exchange.uncertainty.total >= kDawdle);
}

TEST_CASE("a loop that is late does not take its time from the peer's") {
  TlsPeer server(TLS1_2_VERSION, answers_in({kHead + kBody}), false, true);
  for (const model::ClockSource stamps : {model::ClockSource::kernel, model::ClockSource::user}) {
    Client client(stamps);
    client.deadlines = {10s, 10s, 10s, 6 * kHold};
    client.start(server.url(), server.ca_file());
    // The connection is there at once, the client's hello leaves, and the server has to speak
    // twice.
    CHECK(client.transport.poll(base::mono_now()).empty());
    hold(10 * kHold);
    const model::Exchange exchange =
        std::move(client.transport.poll(base::MonoTime::max()).at(0).exchange);
    CHECK(exchange.error_text == "");
    CHECK(exchange.http_status == 200);
    CHECK(exchange.uncertainty.total >= 4 * kHold);
  }
}

TEST_CASE(
    "a loop that was stopped in the middle of its wait does not take it for the peer's time") {
  // ThreadSanitizer hands signals on when it is convenient, which is not in the wait.
  if (kThreadSanitizer) return;
  // As after SIGSTOP and SIGCONT, the wait ends with the signal; and a timer of libcurl's for a
  // second address is due, by which it works unasked.
  struct sigaction action {};
  action.sa_handler = [](int) { hold(10 * kHold); };
  struct sigaction before {};
  REQUIRE(sigaction(SIGUSR1, &action, &before) == 0);
  TlsPeer server(TLS1_2_VERSION, answers_in({kHead + kBody}), false, true);
  Client client(model::ClockSource::user);
  client.deadlines = {10s, 10s, 10s, 6 * kHold};
  client.start(server.url(), server.ca_file());
  CHECK(client.transport.poll(base::mono_now()).empty());
  std::thread stopper([loop = pthread_self()] {
    hold(kHold / 3);
    pthread_kill(loop, SIGUSR1);
  });
  const model::Exchange exchange =
      std::move(client.transport.poll(base::MonoTime::max()).at(0).exchange);
  stopper.join();
  sigaction(SIGUSR1, &before, nullptr);
  CHECK(exchange.error_text == "");
  CHECK(exchange.uncertainty.total >= 4 * kHold);
}

TEST_CASE("whoever has all of its time from a loop that is late runs out of it") {
  RawServer silent([](int socket, int) { read_head(socket); });
  Client client;
  client.deadlines = {10s, 10s, 10s, 2 * kHold};
  client.start("https" + silent.base_url().substr(4) + "/");
  CHECK(client.transport.poll(base::mono_now()).empty());
  hold(4 * kHold);
  const model::Exchange exchange =
      std::move(client.transport.poll(base::MonoTime::max()).at(0).exchange);
  CHECK(exchange.error == model::WireError::tls);
  CHECK(exchange.error_text == "TLS handshake not done within 60ms");
}

TEST_CASE("a loop that is away for longer than an exchange may last takes the failure on itself") {
  TlsPeer server(TLS1_2_VERSION, answers_in({kHead + kBody}), false, true);
  Client client;
  client.deadlines = {2 * kHold, 2 * kHold, 2 * kHold, 2 * kHold};
  client.start(server.url(), server.ca_file());
  CHECK(client.transport.poll(base::mono_now()).empty());
  hold(10 * kHold);
  const model::Exchange exchange =
      std::move(client.transport.poll(base::MonoTime::max()).at(0).exchange);
  CHECK(exchange.error == model::WireError::monitor);
  CHECK(exchange.error_text.starts_with("the exporter itself was held up, for "));
}

TEST_CASE("a peer that hangs up after a while has not waited for us") {
  RawServer server([](int socket, int) {
    hold(10 * kHold);
    // Closing it is a reset then: RFC 9293, 3.10.4, and socket(7).
    const linger at_once{1, 0};
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  });
  // Whose authority is read faster than those of the system.
  const TlsPeer other(TLS1_2_VERSION, answers_in({kHead}));
  Client client;
  client.start("https" + server.base_url().substr(4) + "/", other.ca_file());
  const model::Exchange exchange =
      std::move(client.transport.poll(base::MonoTime::max()).at(0).exchange);
  CHECK(exchange.error == model::WireError::tls);
  CHECK(exchange.uncertainty.total < 5 * kHold);
}

TEST_CASE("replies that came in time are not too late because a loop was") {
  PlainServer one({kHead + kBody});
  PlainServer two({kHead + kBody});
  Client client;
  client.deadlines = {3 * kHold, 3 * kHold, 3 * kHold, 3 * kHold};
  for (const PlainServer* server : {&one, &two}) {
    client.start(server->url());
    // The connection is there at once, and the request leaves.
    CHECK(client.transport.poll(base::mono_now()).empty());
  }
  one.truths.next();
  two.truths.next();
  hold(4 * kHold);
  std::size_t ended = 0;
  while (ended < 2) {
    for (const transport::Completion& completion : client.transport.poll(base::mono_now())) {
      CHECK(completion.exchange.http_status == 200);
      ++ended;
    }
  }
}

TEST_CASE("without the kernel's stamps every phase is there by our own clock") {
  TlsPeer server(TLS1_3_VERSION, answers_in({kHead, kBody}));
  Client client(model::ClockSource::user);
  client.connection = model::ConnectionMode::reuse;
  for (int i = 0; i < 2; ++i) {
    const Measured measured = client.get(server.url(), server.ca_file());
    const Truth truth = server.truths.next();
    REQUIRE(measured.exchange.http_status == 200);
    CHECK(measured.exchange.clock_source == model::ClockSource::user);
    // Never too short, or the platform's own figure could exceed it.
    CHECK(*measured.exchange.phases.wait >= truth.begun - truth.read);
    CHECK(*measured.exchange.phases.total >= *measured.exchange.phases.wait);
    CHECK(measured.exchange.uncertainty.wait > 0ns);
  }
}

TEST_CASE("of several sockets the one that carries the request counts") {
  if (!kernel_stamps()) return;
  // A name with two addresses, of which only the second listens.
  PlainServer server({kHead + kBody});
  const std::string port = server.url().substr(server.url().rfind(':'));
  Client client;
  check_wait(client.get("http://localhost" + port), server.truths);
}

TEST_CASE("a reply larger than any buffer is read to its end") {
  const std::string body(700'000, 'x');
  const std::string reply =
      fmt::format("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.size()) + body;
  PlainServer plain({reply});
  TlsPeer secure(TLS1_3_VERSION, answers_in({reply}));
  Client client;
  const Measured first = client.get(plain.url());
  CHECK(first.exchange.body.size() == body.size());
  CHECK(*first.exchange.phases.wait >= kHold);
  const Measured second = client.get(secure.url(), secure.ca_file());
  CHECK(second.exchange.body.size() == body.size());
  CHECK(*second.exchange.phases.wait >= kHold);
}

TEST_CASE("the kernel's view of the path comes with each exchange") {
  PlainServer server({kHead + kBody});
  for (const model::ConnectionMode mode :
       {model::ConnectionMode::fresh, model::ConnectionMode::reuse}) {
    Client client;
    client.connection = mode;
    for (int i = 0; i < 2; ++i) {
      const Measured measured = client.get(server.url());
      REQUIRE(measured.exchange.tcp.has_value());
      REQUIRE(measured.exchange.tcp->rtt.has_value());
      CHECK(*measured.exchange.tcp->rtt > 0ns);
      // On loopback nothing is lost but what waits for a CPU for very long.
      CHECK(measured.exchange.tcp->retransmits <= 3);
    }
  }
}

TEST_CASE("connections that nobody answers show as segments sent again, without a round trip") {
  const FullServer full;
  Client client;
  model::Request request;
  request.method = "GET";
  request.url = fmt::format("http://127.0.0.1:{}/", full.port());
  // The kernel repeats a SYN after a second.
  request.deadlines = {60s, 20s, 1500ms, 20s};
  client.transport.start(transport::ProbeId{1}, std::move(request));
  const model::Exchange exchange =
      std::move(client.transport.poll(base::MonoTime::max()).at(0).exchange);
  CHECK(exchange.error == model::WireError::connect_timeout);
  REQUIRE(exchange.tcp.has_value());
  CHECK_FALSE(exchange.tcp->rtt.has_value());
  CHECK(exchange.tcp->retransmits >= 1);
}

}  // namespace
}  // namespace reinfer::tests::stamps_test
