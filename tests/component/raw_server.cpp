#include "tests/component/raw_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"

namespace reinfer::tests {
namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

int listen_somewhere(int backlog) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  base::check(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "bound");
  base::check(listen(listener, backlog) == 0, "listening");
  return listener;
}

int port_of(int listener) {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
  return ntohs(address.sin_port);
}

}  // namespace

RawServer::RawServer(Serve serve) : listener_(listen_somewhere(16)) {
  thread_ = std::thread([this, serve = std::move(serve)] {
    for (int client = 0; (client = accept(listener_, nullptr, nullptr)) >= 0; close(client))
      serve(client, connections_++);
  });
}

RawServer::~RawServer() {
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

std::string RawServer::base_url() const {
  return fmt::format("http://127.0.0.1:{}", port_of(listener_));
}

bool read_head(int socket, std::string* head) {
  std::string text;
  for (char c = 0; text.size() < 4 || text.compare(text.size() - 4, 4, "\r\n\r\n") != 0; text += c)
    if (recv(socket, &c, 1, 0) != 1) return false;
  if (head != nullptr) *head = text;
  return true;
}

void send_text(int socket, const std::string& text) {
  [[maybe_unused]] const auto sent = send(socket, text.data(), text.size(), MSG_NOSIGNAL);
}

int closed_port() {
  const int listener = listen_somewhere(1);
  const int port = port_of(listener);
  close(listener);
  return port;
}

FullServer::FullServer() : listener_(listen_somewhere(0)), port_(port_of(listener_)) {
  const sockaddr_in address = loopback(port_);
  for (int& filler : fillers_) {
    filler = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    [[maybe_unused]] const int in_progress =
        connect(filler, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
}

FullServer::~FullServer() {
  for (const int filler : fillers_)
    close(filler);
  close(listener_);
}

}  // namespace reinfer::tests
