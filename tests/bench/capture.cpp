#include "capture.h"

#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

#include "base/check.h"

namespace reinfer::bench {
namespace {

constexpr std::size_t kHeaderBytesMax = 128;
constexpr unsigned kSyn = 0x02;
constexpr unsigned kAck = 0x10;

std::uint16_t read16(const unsigned char* bytes) {
  return static_cast<std::uint16_t>(bytes[0] << 8 | bytes[1]);
}

std::uint32_t read32(const unsigned char* bytes) {
  return static_cast<std::uint32_t>(read16(bytes)) << 16 | read16(bytes + 2);
}

sock_filter statement(int code, std::uint32_t k) {
  return {static_cast<std::uint16_t>(code), 0, 0, k};
}

sock_filter jump(int code, std::uint32_t k, std::uint8_t yes, std::uint8_t no) {
  return {static_cast<std::uint16_t>(code), yes, no, k};
}

// Loopback shows every packet twice, as it leaves and as it arrives: only the first is taken, TCP
// alone, SYNs alone if so wanted, and only from or to one of the two ports.
bool attach_filter(int socket, std::uint32_t plain, std::uint32_t tls, bool syns) {
  constexpr auto kOff = static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_PKTTYPE);
  const std::uint32_t flags = syns ? kSyn : 0xff;
  std::array<sock_filter, 15> program = {
      statement(BPF_LD | BPF_B | BPF_ABS, kOff),
      jump(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 0, 12),
      statement(BPF_LD | BPF_B | BPF_ABS, 9),
      jump(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 0, 10),
      statement(BPF_LDX | BPF_B | BPF_MSH, 0),
      statement(BPF_LD | BPF_B | BPF_IND, 13),
      jump(BPF_JMP | BPF_JSET | BPF_K, flags, 0, 7),
      statement(BPF_LD | BPF_H | BPF_IND, 2),
      jump(BPF_JMP | BPF_JEQ | BPF_K, plain, 4, 0),
      jump(BPF_JMP | BPF_JEQ | BPF_K, tls, 3, 0),
      statement(BPF_LD | BPF_H | BPF_IND, 0),
      jump(BPF_JMP | BPF_JEQ | BPF_K, plain, 1, 0),
      jump(BPF_JMP | BPF_JEQ | BPF_K, tls, 0, 1),
      statement(BPF_RET | BPF_K, kHeaderBytesMax),
      statement(BPF_RET | BPF_K, 0),
  };
  const sock_fprog filter{static_cast<std::uint16_t>(program.size()), program.data()};
  return setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) == 0;
}

}  // namespace

Capture::Capture(std::uint16_t plain_port, std::uint16_t tls_port, Wanted wanted)
    : plain_port_(plain_port),
      tls_port_(tls_port),
      // Protocol 0: nothing comes in before the filter is there.
      socket_(socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  if (!socket_) return;
  const int on = 1;
  const int room = 8 << 20;
  setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
  base::check(setsockopt(socket_.get(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) == 0,
              "the kernel stamps captured packets");
  base::check(attach_filter(socket_.get(), plain_port, tls_port, wanted == Wanted::syns),
              "the kernel takes the filter");
  sockaddr_ll loopback{};
  loopback.sll_family = AF_PACKET;
  loopback.sll_protocol = htons(ETH_P_ALL);
  loopback.sll_ifindex = static_cast<int>(if_nametoindex("lo"));
  base::check(
      bind(socket_.get(), reinterpret_cast<const sockaddr*>(&loopback), sizeof loopback) == 0,
      "the loopback interface can be captured");
}

void Capture::take_waiting() {
  if (!socket_) return;
  std::array<unsigned char, kHeaderBytesMax> packet;
  alignas(cmsghdr) std::array<char, 256> ancillary;
  for (;;) {
    iovec piece{packet.data(), packet.size()};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = ancillary.data();
    message.msg_controllen = ancillary.size();
    const ssize_t size = recvmsg(socket_.get(), &message, MSG_DONTWAIT);
    if (size < 0) return;
    if (const auto stamp = stamp_of(message))
      note(packet.data(), static_cast<std::size_t>(size), *stamp);
  }
}

void Capture::note(const unsigned char* packet, std::size_t size, WallNanoseconds stamp) {
  constexpr std::size_t kTcpHeaderMin = 20;
  const std::size_t ip_header = (packet[0] & 0x0fU) * 4;
  if (size < ip_header + kTcpHeaderMin) return;
  const unsigned char* tcp = packet + ip_header;
  const std::uint16_t from = read16(tcp);
  const bool is_reply = from == plain_port_ || from == tls_port_;
  const std::uint16_t client = is_reply ? read16(tcp + 2) : from;
  const std::uint32_t sequence = read32(tcp + 4);
  const unsigned flags = tcp[13];
  if ((flags & kSyn) != 0 && (flags & kAck) == 0) {
    Conversation& known = conversations_[client];
    // The same once more is a SYN that was lost: the first is the one that counts.
    if (known.syn == 0 || known.request.initial != sequence)
      known = Conversation{stamp, Stream{sequence, {}}, {}};
    return;
  }
  Conversation& conversation = conversations_[client];
  Stream& stream = is_reply ? conversation.reply : conversation.request;
  if ((flags & kSyn) != 0) {
    stream.initial = sequence;
    return;
  }
  const std::size_t headers = ip_header + static_cast<std::size_t>(tcp[12] >> 4) * 4;
  const std::uint32_t length = read16(packet + 2) - static_cast<std::uint32_t>(headers);
  if (length > 0) stream.segments.push_back({sequence, length, stamp});
}

std::optional<WallNanoseconds> Capture::Stream::byte(std::uint32_t offset) const {
  for (const Segment& segment : segments)
    if (initial + 1 + offset - segment.begin < segment.length) return segment.stamp;
  return std::nullopt;
}

std::optional<WallNanoseconds> Capture::syn_of(std::uint16_t client_port) const {
  const auto found = conversations_.find(client_port);
  if (found == conversations_.end() || found->second.syn == 0) return std::nullopt;
  return found->second.syn;
}

std::optional<WallNanoseconds> Capture::request_byte(std::uint16_t client_port,
                                                     std::uint32_t offset) const {
  const auto found = conversations_.find(client_port);
  return found == conversations_.end() ? std::nullopt : found->second.request.byte(offset);
}

std::optional<WallNanoseconds> Capture::reply_byte(std::uint16_t client_port,
                                                   std::uint32_t offset) const {
  const auto found = conversations_.find(client_port);
  return found == conversations_.end() ? std::nullopt : found->second.reply.byte(offset);
}

}  // namespace reinfer::bench
