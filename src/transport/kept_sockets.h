// The sockets of connections that libcurl keeps for later requests, by their local port, which is
// all that it says of a kept connection before it sends on it. CurlTransfer looks here whether
// something has come on one meanwhile; fed by the socket callbacks. Probe thread only. It owns no
// socket and reads none empty.
#pragma once

#include <unordered_map>

namespace reinfer::transport {

class KeptSockets {
 public:
  // The socket is connected and has this local port.
  void connected(int socket, int local_port);
  // libcurl is about to close it. It may never have been connected.
  void closed(int socket);

  // Whether bytes or the end of the connection wait on the socket of that port: on an idle
  // connection of HTTP/1 they answer nothing that was asked (RFC 9112 section 9.3.1). If two
  // connections to different peers share a port, whether on either.
  bool has_unread(int local_port) const;

 private:
  std::unordered_multimap<int, int> sockets_;  // by local port
  std::unordered_map<int, int> ports_;         // by socket
};

}  // namespace reinfer::transport
