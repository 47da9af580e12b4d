// A packet capture of the loopback interface, for what a server's sockets cannot see: when a client
// sent its SYN. Optionally of every segment, so that the sockets' stamps can be checked against a
// second witness. Needs CAP_NET_RAW; without it there is no capture, and no truth of fresh totals.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/descriptor.h"
#include "socket_stamps.h"

namespace reinfer::bench {

class Capture {
 public:
  enum class Wanted : std::uint8_t { syns, everything };

  Capture(std::uint16_t plain_port, std::uint16_t tls_port, Wanted wanted);

  // To be watched for input; -1 if there is no capture.
  int descriptor() const { return socket_ ? socket_.get() : -1; }
  void take_waiting();

  // When the client of that port sent the first SYN of its latest connection.
  std::optional<WallNanoseconds> syn_of(std::uint16_t client_port) const;
  // When the segment left that holds byte `offset` (from 0) of the latest connection's stream.
  std::optional<WallNanoseconds> request_byte(std::uint16_t client_port,
                                              std::uint32_t offset) const;
  std::optional<WallNanoseconds> reply_byte(std::uint16_t client_port, std::uint32_t offset) const;

 private:
  struct Segment {
    std::uint32_t begin = 0;  // sequence number
    std::uint32_t length = 0;
    WallNanoseconds stamp = 0;
  };
  struct Stream {
    std::uint32_t initial = 0;  // sequence number of its SYN
    std::vector<Segment> segments;
    std::optional<WallNanoseconds> byte(std::uint32_t offset) const;
  };
  struct Conversation {
    WallNanoseconds syn = 0;
    Stream request;
    Stream reply;
  };

  void note(const unsigned char* packet, std::size_t size, WallNanoseconds stamp);

  const std::uint16_t plain_port_;
  const std::uint16_t tls_port_;
  base::Descriptor socket_;
  std::map<std::uint16_t, Conversation> conversations_;  // by the client's port
};

}  // namespace reinfer::bench
