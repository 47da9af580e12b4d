#include "tests/component/http_client.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "base/check.h"
#include "base/text.h"

namespace reinfer::tests {
namespace {

std::size_t take_body(char* data, std::size_t, std::size_t size, void* page) {
  static_cast<Page*>(page)->body.append(data, size);
  return size;
}

std::size_t take_header(char* data, std::size_t, std::size_t size, void* page) {
  const std::string_view line = base::trim(std::string_view(data, size));
  if (const auto colon = line.find(':'); colon != std::string_view::npos)
    static_cast<Page*>(page)->headers[base::to_lower(line.substr(0, colon))] =
        std::string(base::trim(line.substr(colon + 1)));
  return size;
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
  Page page;
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy(curl_easy_init(),
                                                                 curl_easy_cleanup);
  CURL* curl = easy.get();
  const bool tls = !what.ca_file.empty();
  const std::string url =
      fmt::format("{}://127.0.0.1:{}{}", tls ? "https" : "http", port, what.path);
  curl_slist* lines = nullptr;
  for (const std::string& line : what.headers)
    lines = curl_slist_append(lines, line.c_str());
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> owner(lines,
                                                                          curl_slist_free_all);
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, what.encoding);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &page);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &page);
  if (tls) curl_easy_setopt(curl, CURLOPT_CAINFO, what.ca_file.c_str());
  if (!what.certificate.empty()) {
    curl_easy_setopt(curl, CURLOPT_SSLCERT, what.certificate.c_str());
    curl_easy_setopt(curl, CURLOPT_SSLKEY, what.key.c_str());
  }
  if (what.tls_version != 0) curl_easy_setopt(curl, CURLOPT_SSLVERSION, what.tls_version);
  if (!what.ciphers.empty()) curl_easy_setopt(curl, CURLOPT_SSL_CIPHER_LIST, what.ciphers.c_str());
  if (!what.user_password.empty())
    curl_easy_setopt(curl, CURLOPT_USERPWD, what.user_password.c_str());
  if (!what.body.empty()) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(what.body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, what.body.c_str());
  }
  page.error = curl_easy_perform(curl);
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &page.status);
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
  // No reply holds this.
  return read_until(std::string("\0\0\0\0", 4));
}

bool RawClient::closed() const {
  char byte = 0;
  return recv(socket_, &byte, 1, 0) == 0;
}

}  // namespace reinfer::tests
