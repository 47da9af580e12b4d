// libcurl's sockets: which of them the event loop watches, and which exchange each one serves. Fed
// by libcurl's callbacks through CurlTransport's loop and by CurlTransfer; probe thread only. It
// neither reads nor closes a socket.
//
// It relies on no order of the callbacks. Since 8.9 libcurl has sockets watched for itself: it
// shuts a connection down after its transfer is over, with an easy handle of its own. Such a socket
// is watched and has no owner. An owner is a ProbeId and not a pointer: the exchange
// may be over while its socket is still watched, and then its id leads to no transfer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "base/epoll.h"
#include "transport/transport.h"

namespace reinfer::transport {

class SocketTable {
 public:
  explicit SocketTable(base::Epoll& epoll) : epoll_(epoll) {}

  // The socket was opened for an exchange (CURLOPT_OPENSOCKETFUNCTION).
  void opened(int socket, ProbeId owner);
  // The socket is to be watched for `events` of epoll (CURLMOPT_SOCKETFUNCTION) on behalf of
  // `owner`, or of libcurl itself. False if the kernel cannot watch it,
  // or there is no memory.
  [[nodiscard]] bool watch(int socket, std::uint32_t events, std::optional<ProbeId> owner);
  // The socket is not to be watched any more: libcurl has no use for it for now (CURL_POLL_REMOVE)
  // or is about to close it (CURLOPT_CLOSESOCKETFUNCTION). Returns its owner up to now. May be
  // called more than once, and for sockets that were never watched.
  std::optional<ProbeId> forget(int socket);

  // The socket that an event is about, by its epoll token.
  struct Ready {
    int socket = -1;
    std::optional<ProbeId> owner;  // nullopt: libcurl's own
  };
  // nullopt if the socket was closed or changed its owner after the event was fetched. If there is
  // still something to do, the kernel reports it again.
  std::optional<Ready> find(std::uint64_t token) const;

  std::size_t watched() const { return watched_; }

 private:
  struct Entry {
    std::optional<ProbeId> owner;
    std::uint32_t generation = 0;  // a new one with each owner
    bool watched = false;
  };
  Entry* entry_of(int socket);
  static std::uint64_t token_of(int socket, const Entry& entry);

  base::Epoll& epoll_;
  std::unordered_map<int, Entry> entries_;
  std::size_t watched_ = 0;
  std::uint32_t generations_ = 0;
};

}  // namespace reinfer::transport
