#include <fmt/format.h>
#include <httplib.h>
#include <poll.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <memory>
#include <string_view>

#include "app/commands.h"
#include "base/version.h"

namespace reinfer::app {
namespace {

using namespace std::chrono_literals;

constexpr int kExitUnhealthy = 1;
constexpr std::chrono::seconds kTimeMax = 5s;
constexpr const char* kPath = "/-/healthy";

struct Finding {
  bool healthy = false;
  bool reached = false;
  std::string words;
};

// httplib has no limit for all of a request. Async-signal-safe calls only.
void give_up(int) {
  constexpr std::string_view kLine = "the exporter has not answered within 5 s\n";
  pollfd output{STDERR_FILENO, POLLOUT, 0};
  if (poll(&output, 1, 0) == 1 && (output.revents & POLLOUT) != 0) {
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, kLine.data(), kLine.size());
  }
  _exit(kExitUnhealthy);
}

// OpenSSL calls it when the server asks for a certificate of ours. Whether it insists shows later:
// it then closes the connection, and its alert may be lost with it.
int note_certificate_request(SSL*, void* asked) {
  *static_cast<bool*>(asked) = true;
  return 1;
}

// REQUIRES: a URL that understand_healthcheck() made.
std::unique_ptr<httplib::ClientImpl> client_of(std::string_view server,
                                               bool& asks_for_certificate) {
  const bool tls = server.starts_with("https://");
  std::string_view host = server.substr(tls ? 8 : 7);
  int port = tls ? 443 : 80;
  const auto colon = host.rfind(':');
  // A colon within brackets belongs to an IPv6 address.
  if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) {
    std::from_chars(host.data() + colon + 1, host.data() + host.size(), port);
    host = host.substr(0, colon);
  }
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  if (!tls) return std::make_unique<httplib::ClientImpl>(std::string(host), port);
  auto client = std::make_unique<httplib::SSLClient>(std::string(host), port);
  client->enable_server_certificate_verification(false);
  SSL_CTX_set_cert_cb(client->ssl_context(), note_certificate_request, &asks_for_certificate);
  return client;
}

Finding ask(const std::string& server, const std::string& prefix) {
  const std::string url = server + prefix + kPath;
  bool asks_for_certificate = false;
  const auto client = client_of(server, asks_for_certificate);
  client->set_connection_timeout(kTimeMax);
  client->set_read_timeout(kTimeMax);
  client->set_write_timeout(kTimeMax);
  client->set_follow_location(false);
  const httplib::Result result =
      client->Get(prefix + kPath,
                  {{"User-Agent", fmt::format("reinfer_exporter/{}", base::build_info().version)}});
  if (result)
    return {result->status == 200, true, fmt::format("{} answers {}", url, result->status)};
  if (result.error() == httplib::Error::Connection) return {false, false, url + ": no connection"};
  if (asks_for_certificate)
    return {true, true, url + " takes certificates of clients alone, so it is alive"};
  return {false, true, url + " gives no answer"};
}

}  // namespace

int healthcheck_command(const Options& options) {
  std::signal(SIGALRM, give_up);
  alarm(kTimeMax.count());
  Finding finding;
  for (const std::string& server : options.healthcheck.servers) {
    Finding next = ask(server, options.healthcheck.prefix);
    // The answer to plain HTTP says more than a failed TLS handshake does.
    if (finding.words.empty() || next.healthy) finding = std::move(next);
    if (finding.healthy || !finding.reached) break;
  }
  fmt::print(finding.healthy ? stdout : stderr, "{}\n", finding.words);
  return finding.healthy ? 0 : kExitUnhealthy;
}

}  // namespace reinfer::app
