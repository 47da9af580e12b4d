// The kernel's own time stamps of a TCP socket (SO_TIMESTAMPING) and its counters (TCP_INFO), as
// plain values on the monotonic clock. They do not depend on the moment at which our loop handles a
// socket. One transport owns it; probe thread only. It peeks, takes nothing from a socket except
// send stamps, and judges nothing. docs.kernel.org/networking/timestamping.html, tcp(7).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "transport/timing/clock_map.h"

namespace reinfer::transport {

// The bytes that wait in a socket's receive queue. The kernel merges segments that wait, and a
// stamp is the last segment's.
struct Arrival {
  base::MonoTime first;        // arrival of the merged segments that hold the first byte
  base::MonoTime last;         // arrival of the last byte
  std::uint64_t begin = 0;     // bytes of the stream that were read before
  std::uint64_t end = 0;       // bytes of the stream that had arrived
  std::uint32_t segments = 0;  // segments with data that had arrived on this connection
};

// Stamps of writes, in their order.
struct SendStamps {
  static constexpr std::size_t kMax = 64;
  std::array<base::MonoTime, kMax> when{};
  std::size_t count = 0;
  bool any = false;  // the socket reported EPOLLERR for stamps, usable or not
};

struct TcpCounters {
  base::Nanoseconds rtt{0};
  std::uint32_t retransmits = 0;
  std::uint32_t segments = 0;
  std::uint64_t bytes = 0;     // received, read or not
  base::Nanoseconds quiet{0};  // since the last segment arrived, in milliseconds of kernel ticks
  // The kernel's timer has sent bytes of ours again, and the peer still acknowledges none of them.
  bool unacknowledged = false;
};

// nullopt if `socket` is no TCP socket.
std::optional<TcpCounters> read_tcp_counters(int socket);

// Bytes that wait to be read from the socket.
std::optional<std::uint64_t> bytes_waiting(int socket);

class KernelStamps {
 public:
  // `wanted`: false to use no stamps of the kernel, as on systems without them.
  explicit KernelStamps(bool wanted);
  ~KernelStamps();
  KernelStamps(const KernelStamps&) = delete;
  KernelStamps& operator=(const KernelStamps&) = delete;

  bool wanted() const { return wanted_; }

  // From now on the kernel stamps arrivals at the socket and, if `sends`, writes too.
  void enable(int socket, bool sends) const;

  // To be called before libcurl reads. nullopt if nothing waits, or has no stamp. `segments`: the
  // count at the last call. If only one segment has arrived since, `first` equals `last`; otherwise
  // a second peek finds it.
  std::optional<Arrival> peek(int socket, std::uint32_t segments);
  // The arrival of the first byte that waits. Before a reply nothing else is needed.
  std::optional<base::MonoTime> peek_first(int socket);

  // Takes at most `count_max` stamps of writes from the socket's error queue.
  SendStamps take_sent(int socket, std::size_t count_max);

  // Compares the clocks and returns how often the wall clock was set so far.
  std::uint64_t clock_steps();

 private:
  std::optional<base::MonoTime> mapped(std::optional<base::WallTime> stamp);
  std::optional<base::WallTime> stamp_up_to(int socket, std::size_t length, std::size_t& found);

  const bool wanted_;
  // The kernel stamps arrivals only while a socket of the system asks for it, and takes a moment to
  // switch it on. This socket keeps it on.
  const int keeper_;
  ClockMap clock_map_;
  std::unique_ptr<char[]> buffer_;
};

}  // namespace reinfer::transport
