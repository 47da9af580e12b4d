// Listening sockets: opened from addresses of the command line, or handed over by systemd
// (http/socket_activation.h). Opened by the App's main thread before any other thread exists, then
// owned by the connection loop. It accepts no clients (http/acceptor.h).
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/descriptor.h"

namespace reinfer::http {

struct ListenAddress {
  std::string host;  // empty: all addresses, IPv6 and IPv4
  int port = 0;      // 0: any free one
  bool operator==(const ListenAddress&) const = default;
};

// ":9877", "127.0.0.1:9877", "[::1]:0", "localhost:9877".
tl::expected<ListenAddress, std::string> parse_listen_address(const std::string& text);

// A socket that listens, non-blocking.
struct Listener {
  base::Descriptor socket;
  std::string address;  // "127.0.0.1:9877", "[::]:9877"
  int port = 0;         // the one taken; 0 for a Unix socket
};

// One socket for each address, or the reason in words why one of them cannot be opened. "[::]"
// accepts IPv4 too, as Go's programs do, unless an IPv4 address or a name of the same port is
// listed as well.
tl::expected<std::vector<Listener>, std::string> open_listeners(
    const std::vector<ListenAddress>& addresses);

// Sockets that another program opened: takes ownership of `count` descriptors from `first`.
tl::expected<std::vector<Listener>, std::string> listeners_from(int first, int count);

// Of a sockaddr_storage filled by the kernel: "127.0.0.1:80", "[::1]:80", "a Unix socket".
std::string format_address(const void* sockaddr, bool with_port);

}  // namespace reinfer::http
