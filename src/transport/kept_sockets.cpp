#include "transport/kept_sockets.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace reinfer::transport {
namespace {

bool is_quiet(int socket) {
  char byte = 0;
  const ssize_t count = recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace

void KeptSockets::connected(int socket, int local_port) {
  closed(socket);
  sockets_.emplace(local_port, socket);
  ports_[socket] = local_port;
}

void KeptSockets::closed(int socket) {
  const auto port = ports_.find(socket);
  if (port == ports_.end()) return;
  const auto [begin, end] = sockets_.equal_range(port->second);
  const auto known =
      std::find_if(begin, end, [&](const auto& entry) { return entry.second == socket; });
  if (known != end) sockets_.erase(known);
  ports_.erase(port);
}

bool KeptSockets::has_unread(int local_port) const {
  const auto [begin, end] = sockets_.equal_range(local_port);
  return std::any_of(begin, end, [](const auto& entry) { return !is_quiet(entry.second); });
}

}  // namespace reinfer::transport
