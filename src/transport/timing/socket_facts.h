// What the kernel tells of a TCP socket's two ends. Used by CurlTransfer and SocketObserver to know
// sockets apart and to see when one is connected. Any thread; it changes nothing.
#pragma once

struct sockaddr;

namespace reinfer::transport {

// Of an IPv4 or IPv6 address.
int port_of(const sockaddr& address);

// 0 if it has none.
int local_port_of(int socket);

bool is_connected(int socket);

}  // namespace reinfer::transport
