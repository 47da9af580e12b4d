#include "tests/component/http_client.h"

#include <arpa/inet.h>
#include <httplib.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <vector>

#include "base/check.h"
#include "base/text.h"

namespace reinfer::tests {

using namespace std::chrono_literals;

namespace {

std::unique_ptr<httplib::ClientImpl> client_for(int port, const Fetch& what) {
  const std::string host = "127.0.0.1";
  if (what.ca_file.empty()) return std::make_unique<httplib::ClientImpl>(host, port);
  auto client = std::make_unique<httplib::SSLClient>(host, port, what.certificate, what.key);
  client->set_ca_cert_path(what.ca_file);
  SSL_CTX* context = client->ssl_context();
  if (what.tls_version != 0) {
    SSL_CTX_set_min_proto_version(context, what.tls_version);
    SSL_CTX_set_max_proto_version(context, what.tls_version);
  }
  if (!what.ciphers.empty()) SSL_CTX_set_cipher_list(context, what.ciphers.c_str());
  if (!what.curves.empty()) SSL_CTX_set1_groups_list(context, what.curves.c_str());
  return client;
}

sockaddr_in address_of(const char* host, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  inet_pton(AF_INET, host, &address.sin_addr);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

}  // namespace

Page fetch(int port, const Fetch& what) {
  const auto client = client_for(port, what);
  client->set_url_encode(false);
  client->set_read_timeout(60s);
  if (const auto colon = what.user_password.find(':'); colon != std::string::npos)
    client->set_basic_auth(what.user_password.substr(0, colon),
                           what.user_password.substr(colon + 1));
  httplib::Headers headers{
      {"Accept-Encoding", what.encoding != nullptr ? what.encoding : "identity"}};
  for (const std::string& line : what.headers) {
    const auto colon = line.find(':');
    headers.emplace(line.substr(0, colon), base::trim(line.substr(colon + 1)));
  }
  const httplib::Result result =
      what.body.empty()
          ? client->Get(what.path, headers)
          : client->Post(what.path, headers, what.body, "application/x-www-form-urlencoded");
  Page page;
  page.error = static_cast<int>(result.error());
  if (!result) return page;
  page.status = result->status;
  page.body = result->body;
  for (const auto& [name, value] : result->headers)
    page.headers[base::to_lower(name)] = value;
  return page;
}

RawClient::RawClient(int port, const char* from)
    : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const timeval patience{30, 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (from != nullptr) {
    const sockaddr_in own = address_of(from, 0);
    base::check(bind(socket_, reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0, "bound");
  }
  const sockaddr_in address = address_of("127.0.0.1", port);
  base::check(connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0,
              "connected");
}

RawClient::~RawClient() {
  close(socket_);
}

void RawClient::send(const std::string& bytes) const {
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const ssize_t count = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
}

void RawClient::finish() const {
  shutdown(socket_, SHUT_WR);
}

std::string RawClient::read_until(const std::string& text) const {
  std::string result;
  std::array<char, 4096> buffer{};
  while (result.find(text) == std::string::npos) {
    const ssize_t count = recv(socket_, buffer.data(), buffer.size(), 0);
    if (count <= 0) break;
    result.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return result;
}

std::string RawClient::read_to_end() const {
  return read_some(std::string::npos);
}

std::string RawClient::read_some(std::size_t bytes_max) const {
  std::string result;
  std::vector<char> buffer(1 << 20);
  while (result.size() < bytes_max) {
    const ssize_t count =
        recv(socket_, buffer.data(), std::min(buffer.size(), bytes_max - result.size()), 0);
    if (count <= 0) break;
    result.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return result;
}

bool RawClient::closed() const {
  char byte = 0;
  return recv(socket_, &byte, 1, 0) == 0;
}

}  // namespace reinfer::tests
