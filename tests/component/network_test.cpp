#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <optional>

#include "explain/curl_line.h"
#include "simulator/certificates.h"
#include "tests/component/probing.h"
#include "tests/component/raw_server.h"

namespace reinfer::tests::network_test {
namespace {

using namespace std::chrono_literals;
using simulator::PortKind;

const std::string kPath = "/api/v1/datasets/demo/support";
const std::string kReply = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

model::Request get(const std::string& url, model::NetworkOptions network = {}) {
  model::Request request;
  request.method = "GET";
  request.url = url;
  request.deadlines = {60s, 20s, 20s, 20s};
  request.network = std::move(network);
  request.body_bytes_max = 1'000'000;
  return request;
}

model::Request get(SimulatedTenant& tenant, model::NetworkOptions network = {}) {
  network.ca_file = tenant.ca_file();
  model::Request request =
      get(tenant->base_url(simulator::PortKind::https) + kPath, std::move(network));
  request.bearer = base::Secret(kTestToken);
  return request;
}

model::Exchange exchange(const model::Request& request) {
  transport::CurlTransport transport;
  transport.start(transport::ProbeId{1}, request);
  return std::move(transport.poll(base::MonoTime::max()).at(0).exchange);
}

model::NetworkOptions through(const std::string& proxy_url) {
  model::NetworkOptions network;
  network.proxy_url = proxy_url;
  return network;
}

int port_of(const std::string& url) {
  return std::stoi(url.substr(url.rfind(':') + 1));
}

std::string with_scheme(const std::string& scheme, const std::string& url) {
  return scheme + url.substr(url.find(':'));
}

std::string closed_url(const std::string& scheme) {
  return fmt::format("{}://127.0.0.1:{}", scheme, closed_port());
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
}

// A private key with a password.
std::string locked(const std::string& key_pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> in(
      BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size())), BIO_free);
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr);
  char password[] = "password";
  PEM_write_bio_PrivateKey(out.get(), key, EVP_aes_256_cbc(), nullptr, 0, nullptr, password);
  EVP_PKEY_free(key);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

// A variable of the environment, as it was before once the value is gone.
class Environment {
 public:
  Environment(const char* name, const std::string& value) : name_(name) {
    if (const char* before = getenv(name)) before_ = before;
    setenv(name, value.c_str(), 1);
  }
  ~Environment() {
    if (before_)
      setenv(name_, before_->c_str(), 1);
    else
      unsetenv(name_);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

// Debian's tinyproxy on a free port.
class Tinyproxy {
 public:
  explicit Tinyproxy(const std::string& settings = "") {
    // Somebody else may take the port before it does.
    for (int i = 0; i < 20 && !ready_; ++i)
      start(settings);
    REQUIRE(ready_);
  }
  ~Tinyproxy() { stop(); }
  Tinyproxy(const Tinyproxy&) = delete;
  Tinyproxy& operator=(const Tinyproxy&) = delete;

  std::string address() const { return fmt::format("127.0.0.1:{}", port_); }
  std::string url() const { return "http://" + address(); }

 private:
  void start(const std::string& settings) {
    port_ = closed_port();
    const std::string file = folder_.path("tinyproxy.conf");
    write_file(file,
               fmt::format("Listen 127.0.0.1\nPort {}\nLogLevel Info\n{}\n", port_, settings));
    int log[2];
    REQUIRE(pipe2(log, O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, log[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, log[1], STDERR_FILENO);
    const char* arguments[] = {"tinyproxy", "-d", "-c", file.c_str(), nullptr};
    REQUIRE(posix_spawnp(&process_, arguments[0], &actions, nullptr, const_cast<char**>(arguments),
                         environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    close(log[1]);
    log_ = log[0];
    std::string text;
    for (char c = 0; !ready_ && read(log_, &c, 1) == 1; text += c)
      ready_ = text.ends_with("Accepting connections");
    if (!ready_) stop();
  }
  void stop() {
    kill(process_, SIGTERM);
    waitpid(process_, nullptr, 0);
    close(log_);
  }

  TemporaryFolder folder_;
  int port_ = 0;
  pid_t process_ = 0;
  int log_ = -1;
  bool ready_ = false;
};

// Carries bytes both ways until one side closes; returns what `client` said.
std::string carry(int client, int server) {
  std::string said;
  pollfd sides[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
  for (;;) {
    poll(sides, 2, -1);
    for (int from = 0; from < 2; ++from) {
      if (sides[from].revents == 0) continue;
      char bytes[4096];
      const ssize_t size = recv(sides[from].fd, bytes, sizeof bytes, 0);
      if (size <= 0) return said;
      const std::string text(bytes, static_cast<std::size_t>(size));
      if (from == 0) said += text;
      send_text(sides[1 - from].fd, text);
    }
  }
}

// A proxy whose every tunnel leads to one port of this machine, whatever was asked for. What it was
// told is known once it has ended.
class RecordingProxy {
 public:
  explicit RecordingProxy(int port)
      : server_(std::in_place, [this, port](int client, int) {
          if (!read_head(client, &head)) return;
          sockaddr_in address{};
          address.sin_family = AF_INET;
          address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
          address.sin_port = htons(static_cast<std::uint16_t>(port));
          const int upstream = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
          const auto* generic = reinterpret_cast<const sockaddr*>(&address);
          if (connect(upstream, generic, sizeof address) == 0) {
            send_text(client, "HTTP/1.1 200 go on\r\nserver-timing: total;dur=999\r\n\r\n");
            tunnelled = carry(client, upstream);
          }
          close(upstream);
        }) {}
  std::string url() const { return server_->base_url(); }
  int connections() const { return server_->connections(); }
  void end() { server_.reset(); }

  std::string head;
  std::string tunnelled;

 private:
  std::optional<RawServer> server_;
};

// Answers one request over TLS; wants a certificate of the client, whatever its issuer.
class TlsServer {
 public:
  TlsServer(const simulator::Certificate& certificate, bool wants_certificate)
      : context_(make_context(certificate, wants_certificate)),
        server_([this](int socket, int) { serve(socket); }) {}
  std::string url() const { return with_scheme("https", server_.base_url()); }

  std::string protocols;  // that the client offers, in ALPN's form
  std::atomic<bool> saw_certificate = false;

 private:
  using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
  using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

  // Whole before the server's thread begins.
  Context make_context(const simulator::Certificate& certificate, bool wants_certificate) {
    Context context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    const auto text = [](const std::string& pem) {
      return BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    };
    const Bio certificate_text(text(certificate.certificate_pem), BIO_free);
    const Bio key_text(text(certificate.key_pem), BIO_free);
    X509* leaf = PEM_read_bio_X509(certificate_text.get(), nullptr, nullptr, nullptr);
    EVP_PKEY* key = PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr);
    REQUIRE(SSL_CTX_use_certificate(context.get(), leaf) == 1);
    REQUIRE(SSL_CTX_use_PrivateKey(context.get(), key) == 1);
    X509_free(leaf);
    EVP_PKEY_free(key);
    if (wants_certificate)
      SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                         [](int, X509_STORE_CTX*) { return 1; });
    SSL_CTX_set_alpn_select_cb(context.get(), note_protocols, this);
    return context;
  }
  static int note_protocols(SSL*, const unsigned char**, unsigned char*, const unsigned char* in,
                            unsigned size, void* self) {
    static_cast<TlsServer*>(self)->protocols.assign(reinterpret_cast<const char*>(in), size);
    return SSL_TLSEXT_ERR_NOACK;
  }
  void serve(int socket) {
    const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context_.get()), SSL_free);
    SSL_set_fd(ssl.get(), socket);
    std::array<char, 4096> request;
    if (SSL_accept(ssl.get()) != 1) {
      read_head(socket);  // or a reset would overtake the alert
      return;
    }
    saw_certificate = SSL_get0_peer_certificate(ssl.get()) != nullptr;
    if (SSL_read(ssl.get(), request.data(), static_cast<int>(request.size())) > 0)
      SSL_write(ssl.get(), kReply.data(), static_cast<int>(kReply.size()));
    SSL_shutdown(ssl.get());
  }

  Context context_;
  RawServer server_;
};

TEST_CASE("a probe through a real proxy is as good as one without") {
  SimulatedTenant tenant(20ms);
  const Tinyproxy proxy;
  const model::Exchange result = exchange(get(tenant, through(proxy.url())));
  CAPTURE(result.error_text);
  CHECK(result.error == model::WireError::none);
  CHECK(result.http_status == 200);
  CHECK(result.remote_address == proxy.address());
  CHECK_FALSE(result.phases.resolve.has_value());
  CHECK(result.phases.connect.has_value());
  CHECK(result.phases.tls.has_value());
  CHECK(*result.phases.total >= 20ms);
  REQUIRE(result.tls.has_value());
  CHECK(result.tls->version == "TLSv1.3");
  CHECK(tenant->requests_seen().requests == 1);
}

TEST_CASE("connections through a proxy are used again") {
  SimulatedTenant tenant;
  const Tinyproxy proxy;
  model::Request request = get(tenant, through(proxy.url()));
  request.connection = model::ConnectionMode::reuse;
  transport::CurlTransport transport;
  for (std::uint64_t i = 0; i < 3; ++i) {
    transport.start(transport::ProbeId{i}, request);
    const model::Exchange result = std::move(transport.poll(base::MonoTime::max()).at(0).exchange);
    CHECK(result.http_status == 200);
    CHECK(result.connection_reused == (i > 0));
    CHECK(result.phases.tls.has_value() == (i == 0));
  }
}

TEST_CASE("a proxy that refuses is a proxy_error, not the platform's") {
  SimulatedTenant tenant;
  const auto refused = [&](const std::string& settings) {
    const Tinyproxy proxy(settings);
    const model::Exchange result = exchange(get(tenant, through(proxy.url())));
    CHECK(result.error == model::WireError::proxy);
    CHECK(result.stage == model::Stage::tls);
    CHECK_FALSE(result.http_status.has_value());
    CHECK(result.headers.empty());
    CHECK(result.body.empty());
  };
  refused("ConnectPort 1");
  refused("BasicAuth somebody password");
  refused("Deny 127.0.0.1");
  CHECK(tenant->requests_seen().connections == 0);
}

TEST_CASE("a proxy takes the password in its URL") {
  SimulatedTenant tenant;
  const Tinyproxy proxy("BasicAuth somebody password");
  CHECK(exchange(get(tenant, through("http://somebody:password@" + proxy.address()))).http_status ==
        200);
}

TEST_CASE("whatever goes wrong at the proxy is a proxy_error") {
  SimulatedTenant tenant;
  RawServer closes([](int, int) {});
  RawServer babbles([](int socket, int) { send_text(socket, "hello\r\n\r\n"); });
  RawServer fails([](int socket, int) {
    read_head(socket);
    send_text(socket, "HTTP/1.1 502 no\r\ncontent-length: 2\r\n\r\nno");
  });
  const std::string other_name =
      fmt::format("https://127.0.0.1:{}", tenant->port(simulator::PortKind::https_wrong_name));
  for (const std::string& url :
       {closed_url("http"), closed_url("https"), closed_url("socks5h"), closes.base_url(),
        babbles.base_url(), fails.base_url(), with_scheme("socks5h", babbles.base_url()),
        with_scheme("https", closes.base_url()), std::string("http://no-such-proxy.invalid:3128"),
        std::string("socks5h://no-such-proxy.invalid:1080"), other_name}) {
    CAPTURE(url);
    const model::Exchange result = exchange(get(tenant, through(url)));
    CAPTURE(result.error_text);
    CHECK(result.error == model::WireError::proxy);
    CHECK_FALSE(result.error_text.empty());
  }
}

TEST_CASE("a proxy that never answers is a proxy_error at the stage's deadline") {
  SimulatedTenant tenant;
  std::string head;
  RawServer silent([&](int socket, int) {
    read_head(socket, &head);
    read_head(socket);  // until the client gives up
  });
  model::Request request = get(tenant, through(silent.base_url()));
  request.deadlines.tls = 200ms;
  const model::Exchange result = exchange(request);
  CHECK(result.error == model::WireError::proxy);
  CHECK(result.stage == model::Stage::tls);
  CHECK(result.error_text == "proxy: TLS handshake not done within 200ms");
  const FullServer full;
  request.network = through(fmt::format("http://127.0.0.1:{}", full.port()));
  request.deadlines.connect = 200ms;
  CHECK(exchange(request).error == model::WireError::proxy);
}

TEST_CASE("what fails behind an open tunnel is the tenant's") {
  SimulatedTenant tenant;
  const Tinyproxy proxy;
  model::NetworkOptions network = through(proxy.url());
  network.ca_file = tenant.ca_file();
  for (const simulator::PortKind port :
       {simulator::PortKind::https_expired, simulator::PortKind::https_wrong_name}) {
    const model::Exchange result = exchange(get(tenant->base_url(port) + kPath, network));
    CHECK(result.error == model::WireError::tls);
    CHECK(result.stage == model::Stage::tls);
  }
}

TEST_CASE("the token and our header lines never reach the proxy") {
  SimulatedTenant tenant;
  RecordingProxy proxy(tenant->port(simulator::PortKind::https));
  model::Request request = get(tenant, through(proxy.url()));
  request.headers = {{"x-request-id", "some-id"}, {"User-Agent", "some-agent"}};
  request.network.headers = {{"X-Team", "some-team"}};
  const model::Exchange result = exchange(request);
  CHECK(result.http_status == 200);
  for (const model::Header& header : result.headers)
    CHECK(header.value != "total;dur=999");
  proxy.end();
  CHECK(proxy.head.starts_with("CONNECT localhost:"));
  CHECK_FALSE(proxy.tunnelled.empty());
  for (const char* text : {kTestToken, "some-", "uthorization", kPath.c_str()}) {
    CHECK(proxy.head.find(text) == std::string::npos);
    CHECK(proxy.tunnelled.find(text) == std::string::npos);
  }
}

TEST_CASE("what a proxy could read goes without one") {
  RawServer server([](int socket, int) {
    read_head(socket);
    send_text(socket, kReply);
  });
  model::Request request = get(server.base_url(), through(closed_url("http")));
  CHECK(exchange(request).error == model::WireError::none);
  // Elsewhere than on this machine only what is not secret may be seen.
  request.url = "http://no-such-host.invalid/";
  CHECK(exchange(request).error == model::WireError::proxy);
  request.bearer = base::Secret(kTestToken);
  CHECK(exchange(request).error == model::WireError::resolve);
  request.bearer = base::Secret();
  request.method = "POST";
  request.body = "client_secret=s";
  CHECK(exchange(request).error == model::WireError::resolve);
}

TEST_CASE("no_proxy names hosts that are reached without the proxy") {
  SimulatedTenant tenant;
  model::NetworkOptions network = through(closed_url("http"));
  network.no_proxy = "example.com,localhost";
  CHECK(exchange(get(tenant, network)).http_status == 200);
  network.no_proxy = "example.com";
  CHECK(exchange(get(tenant, network)).error == model::WireError::proxy);
  network.no_proxy = "no-such-host.invalid";
  CHECK(exchange(get("https://no-such-host.invalid/", network)).error == model::WireError::resolve);
}

TEST_CASE("the environment's proxy counts where none is configured, but not for this machine") {
  SimulatedTenant tenant;
  RecordingProxy proxy(tenant->port(simulator::PortKind::https));
  const Environment https_proxy("https_proxy", proxy.url());
  CHECK(exchange(get(tenant)).http_status == 200);
  CHECK(proxy.connections() == 0);
  model::Request request = get("https://tenant.invalid" + kPath);
  // The tunnel leads to a certificate of another name.
  request.network.ca_file = tenant.ca_file();
  CHECK(exchange(request).error == model::WireError::tls);
  CHECK(proxy.connections() == 1);
  const Environment no_proxy("no_proxy", "tenant.invalid,localhost");
  CHECK(exchange(request).error == model::WireError::resolve);
  request.network.no_proxy = "elsewhere.invalid";
  CHECK(exchange(request).error == model::WireError::tls);
  // Nor do its exceptions count where a proxy is configured.
  CHECK(exchange(get(tenant, through(closed_url("http")))).error == model::WireError::proxy);
  const Environment closed("https_proxy", closed_url("http"));
  CHECK(exchange(request).error == model::WireError::proxy);
}

TEST_CASE("a proxy's password in the environment does not reach the log") {
  const Environment https_proxy("https_proxy", "quic://somebody:password@127.0.0.1:1");
  const model::Exchange result = exchange(get("https://tenant.invalid"));
  CHECK(result.error == model::WireError::proxy);
  CHECK(result.error_text.find("password") == std::string::npos);
}

TEST_CASE("a pinned address is its tenant's alone, whether connections are kept or not") {
  RawServer server([](int socket, int) {
    while (read_head(socket))
      send_text(socket, kReply);
  });
  const int port = port_of(server.base_url());
  const auto pinned = [&](const std::string& address) {
    model::NetworkOptions network;
    network.resolve = {"other.invalid:1:127.0.0.3",
                       fmt::format("Tenant.invalid:{}:{}", port, address)};
    return network;
  };
  for (const model::ConnectionMode mode :
       {model::ConnectionMode::fresh, model::ConnectionMode::reuse}) {
    transport::CurlTransport transport;
    std::uint64_t id = 0;
    const auto probe = [&](const model::NetworkOptions& network) {
      model::Request request = get(fmt::format("http://tenant.invalid:{}/", port), network);
      request.connection = mode;
      request.network.no_proxy = "*";
      transport.start(transport::ProbeId{++id}, request);
      return std::move(transport.poll(base::MonoTime::max()).at(0).exchange);
    };
    for (int i = 0; i < 2; ++i) {
      const model::Exchange here = probe(pinned("127.0.0.1"));
      CHECK(here.http_status == 200);
      CHECK(here.remote_address == fmt::format("127.0.0.1:{}", port));
      CHECK_FALSE(here.phases.resolve.has_value());
      CHECK(probe(pinned("127.0.0.2")).error == model::WireError::connect);
      CHECK(probe(pinned("[::1]")).error == model::WireError::connect);
      CHECK(probe({}).error == model::WireError::resolve);
    }
  }
}

TEST_CASE("a pinned address keeps the host's name for the certificate") {
  SimulatedTenant tenant;
  const int port = tenant->port(simulator::PortKind::https);
  model::NetworkOptions network;
  network.ca_file = tenant.ca_file();
  network.resolve = {fmt::format("tenant.invalid:{}:127.0.0.1", port)};
  network.no_proxy = "*";
  const model::Exchange result =
      exchange(get(fmt::format("https://tenant.invalid:{}/", port), network));
  CHECK(result.error == model::WireError::tls);
}

TEST_CASE("through a proxy it is the proxy that is asked for the pinned address") {
  SimulatedTenant tenant;
  const int port = tenant->port(simulator::PortKind::https);
  RecordingProxy proxy(port);
  model::NetworkOptions network = through(proxy.url());
  network.resolve = {fmt::format("localhost:{}:127.0.0.2", port)};
  CHECK(exchange(get(tenant, network)).http_status == 200);
  proxy.end();
  CHECK(proxy.head.starts_with(fmt::format("CONNECT 127.0.0.2:{} HTTP/1.1\r\n", port)));
}

TEST_CASE("an address family that a host lacks fails before anything is sent") {
  RawServer server([](int socket, int) { read_head(socket); });
  model::NetworkOptions network;
  network.ip_family = model::IpFamily::v6;
  const model::Exchange result = exchange(get(server.base_url(), network));
  CHECK((result.error == model::WireError::connect || result.error == model::WireError::resolve));
  CHECK(server.connections() == 0);
}

TEST_CASE("further header lines are sent, empty ones too") {
  std::string head;
  RawServer server([&](int socket, int) {
    read_head(socket, &head);
    send_text(socket, kReply);
  });
  model::NetworkOptions network;
  network.headers = {{"X-Team", "insight"}, {"X-Empty", ""}};
  CHECK(exchange(get(server.base_url(), network)).http_status == 200);
  CHECK(head.find("\r\nX-Team: insight\r\n") != std::string::npos);
  CHECK(head.find("\r\nX-Empty:\r\n") != std::string::npos);
}

TEST_CASE("a server that wants a certificate gets ours") {
  const TemporaryFolder folder;
  const simulator::Certificates certificates = simulator::make_certificates();
  const simulator::Certificate& ours = certificates.leaves[0];
  write_file(folder.path("ca.pem"), certificates.ca_pem);
  write_file(folder.path("certificate.pem"), ours.certificate_pem);
  write_file(folder.path("key.pem"), ours.key_pem);
  write_file(folder.path("both.pem"), ours.certificate_pem + ours.key_pem);
  TlsServer server(ours, true);
  model::NetworkOptions network;
  network.ca_file = folder.path("ca.pem");
  CHECK(exchange(get(server.url(), network)).error == model::WireError::tls);
  network.client_certificate = folder.path("certificate.pem");
  network.client_key = folder.path("key.pem");
  CHECK(exchange(get(server.url(), network)).http_status == 200);
  CHECK(server.saw_certificate);
  network.client_certificate = folder.path("both.pem");
  network.client_key.clear();
  CHECK(exchange(get(server.url(), network)).http_status == 200);
}

TEST_CASE("a client certificate that cannot be used is our own fault") {
  const TemporaryFolder folder;
  const simulator::Certificate ours = simulator::make_certificates().leaves[0];
  write_file(folder.path("certificate.pem"), ours.certificate_pem);
  write_file(folder.path("key.pem"), ours.key_pem);
  write_file(folder.path("garbled.pem"), "-----BEGIN CERTIFICATE-----\nno\n");
  write_file(folder.path("locked.pem"), locked(ours.key_pem));
  SimulatedTenant tenant;
  for (const auto& files :
       {std::pair("missing.pem", "key.pem"), std::pair("garbled.pem", "key.pem"),
        std::pair("certificate.pem", "missing.pem"), std::pair("certificate.pem", "garbled.pem"),
        std::pair("certificate.pem", "locked.pem")}) {
    const char* certificate = files.first;
    const char* key = files.second;
    CAPTURE(certificate);
    CAPTURE(key);
    model::NetworkOptions network;
    network.client_certificate = folder.path(certificate);
    network.client_key = folder.path(key);
    CHECK(exchange(get(tenant, network)).error == model::WireError::monitor);
  }
}

struct Said {
  std::string text;
  int code = 0;
};

Said run_in_shell(const std::string& command) {
  Said said;
  FILE* output = popen((command + " 2>&1").c_str(), "r");
  REQUIRE(output != nullptr);
  for (int c = 0; (c = fgetc(output)) != EOF;)
    said.text += static_cast<char>(c);
  said.code = WEXITSTATUS(pclose(output));
  return said;
}

// Probes, then runs the command that is printed for the result.
Said again_by_hand(const TenantText& tenant, const std::string& outcome) {
  Probing probing(to_toml(tenant));
  const model::ProbeResult result = probing.probe();
  CHECK(label(result) == outcome);
  const std::string line = explain::to_curl_line(*probing.plan, result);
  CHECK(line.find(kTestToken) == std::string::npos);
  INFO(line);
  const Said said = run_in_shell(line);
  INFO(said.text);
  CHECK((said.code == 0) == result.http_status.has_value());
  if (!result.http_status) return said;
  CHECK(said.text.find(fmt::format("HTTP/1.1 {} ", *result.http_status)) != std::string::npos);
  CHECK(said.text.find(R"("status":)") != std::string::npos);
  return said;
}

TEST_CASE("the printed command gets the answer that the probe got") {
  SimulatedTenant tenant;
  const Tinyproxy proxy;
  const std::string url = tenant->base_url(PortKind::https);
  const int port = tenant->port(PortKind::https);
  const std::string ca = tenant.ca_file();
  const auto pinned_to = [&](const std::string& address) {
    return fmt::format("resolve = [\"localhost:{}:{}\"]", port, address);
  };
  again_by_hand({url, ca}, "ok");
  again_by_hand({tenant->base_url(PortKind::http)}, "ok");
  again_by_hand({tenant->base_url(PortKind::https, "faults/http_json"), ca}, "server_error");
  again_by_hand({url, ca, pinned_to("127.0.0.1")}, "ok");
  again_by_hand({url, ca, "ip_family = \"4\"\nhttp2 = false\nheaders = { X-Team = \"it's\" }"},
                "ok");
  again_by_hand({url, ca, "proxy_url = \"" + proxy.url() + "\""}, "ok");
  again_by_hand(
      {url, ca, fmt::format("proxy_url = \"{}\"\nno_proxy = \"localhost\"", closed_url("http"))},
      "ok");
  TenantText post{url, ca};
  post.probe =
      "use = \"source_statistics\"\nproject = \"demo\"\nsource = \"emails\"\ninterval = \"60s\"";
  again_by_hand(post, "ok");
  // And it fails where the probe failed.
  constexpr int kNoConnection = 7;
  constexpr int kNoTrust = 60;
  CHECK(again_by_hand({url, ca, pinned_to("127.0.0.2")}, "connect_error").code == kNoConnection);
  CHECK(again_by_hand({url, ""}, "tls_error").code == kNoTrust);
  CHECK(again_by_hand({tenant->base_url(PortKind::https_expired), ca}, "tls_error").code ==
        kNoTrust);
  CHECK(
      again_by_hand({url, ca, fmt::format("proxy_url = \"{}\"", closed_url("http"))}, "proxy_error")
          .code == kNoConnection);
}

TEST_CASE("the printed command takes the token from its file, and the certificate of the client") {
  const TemporaryFolder folder;
  const simulator::Certificates certificates = simulator::make_certificates();
  const simulator::Certificate& ours = certificates.leaves[0];
  write_file(folder.path("ca.pem"), certificates.ca_pem);
  write_file(folder.path("certi:ficate.pem"), ours.certificate_pem);
  write_file(folder.path("key.pem"), ours.key_pem);
  TlsServer server(ours, true);
  model::ProbeResult result;
  result.request_headers = {{"x-request-id", "some-id"}};
  Probing probing(to_toml({server.url(), folder.path("ca.pem"),
                           fmt::format("client_certificate = \"{}\"\nclient_key = \"{}\"",
                                       folder.path("certi:ficate.pem"), folder.path("key.pem"))}));
  const std::string line = explain::to_curl_line(*probing.plan, result);
  CAPTURE(line);
  CHECK(run_in_shell(line).text.find("HTTP/1.1 200 OK") != std::string::npos);
  CHECK(server.saw_certificate);

  SimulatedTenant tenant;
  write_file(folder.path("it's a token"), std::string(kTestToken) + "\n");
  const auto plan = config::parse_plan(
      fmt::format("[[tenant]]\nname = \"t\"\nbase_url = \"{}\"\nca_file = \"{}\"\n"
                  "token_file = \"{}\"\n[[tenant.probe]]\nuse = \"projects\"\n",
                  tenant->base_url(PortKind::https), tenant.ca_file(), folder.path("it's a token")),
      "test.toml", [](const model::TokenSource&) { return std::nullopt; });
  REQUIRE(plan.has_value());
  const std::string command = explain::to_curl_line(*plan, result);
  CAPTURE(command);
  CHECK(run_in_shell(command).text.find("HTTP/1.1 200 ") != std::string::npos);
}

TEST_CASE("HTTP/2 is offered unless it is switched off") {
  const TemporaryFolder folder;
  const simulator::Certificates certificates = simulator::make_certificates();
  write_file(folder.path("ca.pem"), certificates.ca_pem);
  TlsServer server(certificates.leaves[0], false);
  model::NetworkOptions network;
  network.ca_file = folder.path("ca.pem");
  CHECK(exchange(get(server.url(), network)).http_status == 200);
  CHECK(server.protocols == "\x02h2\x08http/1.1");
  network.http2 = false;
  CHECK(exchange(get(server.url(), network)).http_status == 200);
  CHECK(server.protocols == "\x08http/1.1");
}

}  // namespace
}  // namespace reinfer::tests::network_test
