// The kernel's time stamps of one TCP socket, as the truth server needs them: when the bytes of a
// request arrived, and when those of a reply left. Wall time in nanoseconds, as the kernel gives
// it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>

struct msghdr;

namespace reinfer::bench {

using WallNanoseconds = std::int64_t;

// Arrivals alone can be asked of a listening socket, and its connections inherit it: then even
// what came before accept() has its stamp.
void stamp_arrivals(int listener);
// Arrivals and departures of a connection; offsets of departures count from here on.
void stamp_both_ways(int connection);

struct Received {
  ssize_t count = 0;  // as of recv(2)
  std::optional<WallNanoseconds> stamp;
};

// Takes what waits, with the stamp of its last byte.
Received receive(int connection, std::span<char> buffer);

struct Departure {
  std::uint32_t last_byte = 0;  // its offset in the stream, modulo 2^32
  WallNanoseconds stamp = 0;
};

// The next departure that the kernel reports; nullopt if there is none.
std::optional<Departure> next_departure(int connection);

// The stamp in a message's ancillary data, of SO_TIMESTAMPING or SO_TIMESTAMPNS.
std::optional<WallNanoseconds> stamp_of(msghdr& message);

}  // namespace reinfer::bench
