#include "http/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <system_error>

namespace reinfer::http {
namespace {

constexpr int kBacklog = 1024;

std::string error_words(int error) {
  return std::error_code(error, std::generic_category()).message();
}

// Non-blocking and not for children, which a socket that was handed over need not be.
void prepare(int socket) {
  fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK);
  fcntl(socket, F_SETFD, FD_CLOEXEC);
}

Listener describe(base::Descriptor socket) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &length);
  Listener listener{std::move(socket), format_address(&address, true), 0};
  if (address.ss_family == AF_INET)
    listener.port = ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
  if (address.ss_family == AF_INET6)
    listener.port = ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port);
  return listener;
}

bool is_every_v6(const addrinfo& place) {
  return place.ai_family == AF_INET6 &&
         IN6_IS_ADDR_UNSPECIFIED(&reinterpret_cast<const sockaddr_in6*>(place.ai_addr)->sin6_addr);
}

// An errno, or the socket.
tl::expected<base::Descriptor, int> listen_on(const addrinfo& place, bool v6_takes_v4) {
  base::Descriptor socket(::socket(place.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return tl::unexpected(errno);
  const int yes = 1;
  // Not SO_REUSEPORT, which would let two exporters share a port in silence.
  setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const int only_v6 = is_every_v6(place) && v6_takes_v4 ? 0 : 1;
  if (place.ai_family == AF_INET6)
    setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only_v6, sizeof only_v6);
  if (bind(socket.get(), place.ai_addr, place.ai_addrlen) != 0 ||
      listen(socket.get(), kBacklog) != 0)
    return tl::unexpected(errno);
  return socket;
}

tl::expected<Listener, std::string> open_listener(const ListenAddress& wanted, bool v6_takes_v4) {
  const bool bracketed = wanted.host.find(':') != std::string::npos;
  const std::string name = bracketed ? fmt::format("[{}]:{}", wanted.host, wanted.port)
                                     : fmt::format("{}:{}", wanted.host, wanted.port);
  std::string why = "no such address";
  // An empty host means every address: "::" takes IPv4 too, unless the kernel has no IPv6.
  const std::vector<std::string> hosts = wanted.host.empty()
                                             ? std::vector<std::string>{"::", "0.0.0.0"}
                                             : std::vector<std::string>{wanted.host};
  for (const std::string& host : hosts) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    if (const int error =
            getaddrinfo(host.c_str(), std::to_string(wanted.port).c_str(), &hints, &found);
        error != 0) {
      why = gai_strerror(error);
      continue;
    }
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
    for (const addrinfo* place = found; place != nullptr; place = place->ai_next) {
      auto socket = listen_on(*place, v6_takes_v4);
      if (socket) return describe(std::move(*socket));
      why = error_words(socket.error());
      // Taken is taken: the other family would hide it.
      if (socket.error() == EADDRINUSE)
        return tl::unexpected(fmt::format("cannot listen on {}: {}", name, why));
    }
  }
  return tl::unexpected(fmt::format("cannot listen on {}: {}", name, why));
}

// Whether IPv4 of the same port is asked for on its own.
bool has_v4_beside(const ListenAddress& address, const std::vector<ListenAddress>& all) {
  return address.port != 0 && std::any_of(all.begin(), all.end(), [&](const ListenAddress& other) {
           return other.port == address.port && !other.host.empty() &&
                  other.host.find(':') == std::string::npos;
         });
}

}  // namespace

tl::expected<ListenAddress, std::string> parse_listen_address(const std::string& text) {
  const auto wrong = [&] {
    return tl::unexpected(fmt::format(
        "{} is not an address to listen on (allowed: HOST:PORT, :PORT or [IPV6]:PORT)", text));
  };
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return wrong();
  std::string host = text.substr(0, colon);
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!bracketed && host.find(':') != std::string::npos) return wrong();
  int port = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, port);
  if (error != std::errc{} || stop != end || port < 0 || port > 65535) return wrong();
  return ListenAddress{host, port};
}

tl::expected<std::vector<Listener>, std::string> open_listeners(
    const std::vector<ListenAddress>& addresses) {
  std::vector<Listener> listeners;
  for (const ListenAddress& address : addresses) {
    // An empty host says outright that it wants both.
    const bool v6_takes_v4 = address.host.empty() || !has_v4_beside(address, addresses);
    auto listener = open_listener(address, v6_takes_v4);
    if (!listener) return tl::unexpected(listener.error());
    listeners.push_back(std::move(*listener));
  }
  return listeners;
}

tl::expected<std::vector<Listener>, std::string> listeners_from(int first, int count) {
  std::vector<Listener> listeners;
  for (int fd = first; fd < first + count; ++fd) {
    int listens = 0;
    int type = 0;
    socklen_t length = sizeof listens;
    const bool is_socket = getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) == 0 &&
                           getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0;
    if (!is_socket || listens == 0 || type != SOCK_STREAM)
      return tl::unexpected(fmt::format(
          "descriptor {}, which was handed over, is not a stream socket that listens (allowed: "
          "ListenStream= and Accept=no)",
          fd));
    prepare(fd);
    listeners.push_back(describe(base::Descriptor(fd)));
  }
  return listeners;
}

std::string format_address(const void* sockaddr, bool with_port) {
  const auto* any = static_cast<const struct sockaddr*>(sockaddr);
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (any->sa_family == AF_INET) {
    const auto* v4 = static_cast<const sockaddr_in*>(sockaddr);
    inet_ntop(AF_INET, &v4->sin_addr, text.data(), text.size());
    return with_port ? fmt::format("{}:{}", text.data(), ntohs(v4->sin_port)) : text.data();
  }
  if (any->sa_family == AF_INET6) {
    const auto* v6 = static_cast<const sockaddr_in6*>(sockaddr);
    // An IPv4 client of a socket for both.
    if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
      inet_ntop(AF_INET, &v6->sin6_addr.s6_addr[12], text.data(), text.size());
    else
      inet_ntop(AF_INET6, &v6->sin6_addr, text.data(), text.size());
    return with_port ? fmt::format("[{}]:{}", text.data(), ntohs(v6->sin6_port)) : text.data();
  }
  return "a Unix socket";
}

}  // namespace reinfer::http
