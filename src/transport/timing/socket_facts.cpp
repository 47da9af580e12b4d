#include "transport/timing/socket_facts.h"

#include <netinet/in.h>
#include <sys/socket.h>

namespace reinfer::transport {

int port_of(const sockaddr& address) {
  if (address.sa_family == AF_INET6)
    return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

int local_port_of(int socket) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  auto& generic = reinterpret_cast<sockaddr&>(address);
  return getsockname(socket, &generic, &length) == 0 ? port_of(generic) : 0;
}

bool is_connected(int socket) {
  sockaddr_storage peer{};
  socklen_t length = sizeof peer;
  return getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &length) == 0;
}

}  // namespace reinfer::transport
