#include "transport/socket_table.h"

#include <new>

namespace reinfer::transport {

std::uint64_t SocketTable::token_of(int socket, const Entry& entry) {
  return (std::uint64_t{entry.generation} << 32) | static_cast<std::uint32_t>(socket);
}

void SocketTable::opened(int socket, ProbeId owner) {
  // An entry with this number belongs to a socket that was closed without a report.
  forget(socket);
  entries_[socket] = {owner, ++generations_, false};
}

// Called from within libcurl, which is C: nothing may be thrown through it.
SocketTable::Entry* SocketTable::entry_of(int socket) {
  try {
    return &entries_[socket];
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

bool SocketTable::watch(int socket, std::uint32_t events, std::optional<ProbeId> owner) {
  Entry* known = entry_of(socket);
  if (known == nullptr) return false;
  Entry& entry = *known;
  if (entry.generation == 0 || entry.owner != owner) entry.generation = ++generations_;
  entry.owner = owner;
  const std::uint64_t token = token_of(socket, entry);
  const bool watched =
      entry.watched ? epoll_.modify(socket, events, token) : epoll_.add(socket, events, token);
  if (watched && !entry.watched) ++watched_;
  if (!watched && entry.watched) --watched_;
  entry.watched = watched;
  return watched;
}

std::optional<ProbeId> SocketTable::forget(int socket) {
  const auto found = entries_.find(socket);
  if (found == entries_.end()) return std::nullopt;
  const Entry entry = found->second;
  entries_.erase(found);
  if (entry.watched) {
    epoll_.remove(socket);
    --watched_;
  }
  return entry.owner;
}

std::optional<SocketTable::Ready> SocketTable::find(std::uint64_t token) const {
  const auto socket = static_cast<int>(token & 0xffffffffU);
  const auto found = entries_.find(socket);
  if (found == entries_.end() || !found->second.watched) return std::nullopt;
  if (token_of(socket, found->second) != token) return std::nullopt;
  return Ready{socket, found->second.owner};
}

}  // namespace reinfer::transport
