// The two ends of a TCP socket, as the kernel reports them. CurlTransfer and SocketObserver use
// them to tell sockets apart and to see when one is connected. Any thread; it changes no socket.
#pragma once

struct sockaddr;

namespace reinfer::transport {

// The port of an IPv4 or IPv6 address.
int port_of(const sockaddr& address);

// 0 if the socket has no local address.
int local_port_of(int socket);

bool is_connected(int socket);

}  // namespace reinfer::transport
