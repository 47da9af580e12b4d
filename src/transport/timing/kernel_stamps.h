// The kernel's own time stamps of a TCP socket (SO_TIMESTAMPING), and its counters (TCP_INFO), as
// plain values on the monotonic clock. They do not depend on when our loop gets round to a socket.
// Owned by one transport, probe thread only. It reads sockets without taking anything from them
// but send stamps, and judges nothing. docs.kernel.org/networking/timestamping.html, tcp(7).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "transport/timing/clock_map.h"

namespace reinfer::transport {

// What waits in a socket's queue. A stamp belongs to the last byte of what the kernel keeps
// together, and it likes to merge what waits.
struct Arrival {
  base::MonoTime first;        // when the piece came that holds the first byte
  base::MonoTime last;         // when the last byte came
  std::uint64_t begin = 0;     // of the stream: bytes that were taken before
  std::uint64_t end = 0;       // of the stream: bytes that had come
  std::uint32_t segments = 0;  // with data that had come on this connection
};

// Of writes, in their order.
struct SendStamps {
  static constexpr std::size_t kMax = 64;
  std::array<base::MonoTime, kMax> when{};
  std::size_t count = 0;
  bool any = false;  // there were some, good or not: they made the socket report an error
};

struct TcpCounters {
  base::Nanoseconds rtt{0};
  std::uint32_t retransmits = 0;
  std::uint32_t segments = 0;
  std::uint64_t bytes = 0;     // received, taken or not
  base::Nanoseconds quiet{0};  // since the last segment came, in the kernel's ticks of milliseconds
};

// nullopt if `socket` is no TCP socket.
std::optional<TcpCounters> read_tcp_counters(int socket);

// Bytes that wait to be taken from the socket.
std::optional<std::uint64_t> bytes_waiting(int socket);

class KernelStamps {
 public:
  // `wanted`: false to do without, as on systems that have none.
  explicit KernelStamps(bool wanted);
  ~KernelStamps();
  KernelStamps(const KernelStamps&) = delete;
  KernelStamps& operator=(const KernelStamps&) = delete;

  bool wanted() const { return wanted_; }

  // What arrives at a new socket gets stamps from here on, and if `sends`, what is sent too.
  void enable(int socket, bool sends) const;

  // To be called before libcurl reads. nullopt if nothing waits or it has no stamp. `first` is as
  // good as `last` unless more came than the one segment after `segments` before: only then it
  // costs another look.
  std::optional<Arrival> peek(int socket, std::uint32_t segments);
  // The arrival of the first byte alone, which is all that is worth asking for before a reply.
  std::optional<base::MonoTime> peek_first(int socket);

  // Takes the stamps of what was sent, so many at most.
  SendStamps take_sent(int socket, std::size_t count_max);

  // Compares the clocks; how often the wall clock was set so far.
  std::uint64_t clock_steps();

 private:
  std::optional<base::MonoTime> mapped(std::optional<base::WallTime> stamp);
  std::optional<base::WallTime> stamp_up_to(int socket, std::size_t length, std::size_t& found);

  const bool wanted_;
  // The kernel stamps arrivals only while some socket wants it to, and switches late.
  const int keeper_;
  ClockMap clock_map_;
  std::unique_ptr<char[]> buffer_;
};

}  // namespace reinfer::transport
