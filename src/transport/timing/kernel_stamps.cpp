#include "transport/timing/kernel_stamps.h"

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

namespace reinfer::transport {
namespace {

constexpr std::size_t kPeekBytes = 64 * 1024;
// A stamp further in the future than this is of another clock.
constexpr base::Nanoseconds kMappingErrorMax = std::chrono::microseconds(1);

// TSONLY: the stamp comes without a copy of the bytes that were sent, which hold the token.
constexpr unsigned kArrivals =
    SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_TSONLY;

void set_stamping(int socket, unsigned flags) {
  setsockopt(socket, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags);
}

struct Received {
  ssize_t size = -1;
  std::optional<base::WallTime> stamp;
};

// One recvmsg that looks for a time stamp.
Received receive(int socket, char* buffer, std::size_t length, int flags) {
  iovec bytes{buffer, length};
  alignas(cmsghdr) std::array<char, 256> control;
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  Received received;
  received.size = recvmsg(socket, &message, flags | MSG_DONTWAIT);
  if (received.size < 0) return received;
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPING) continue;
    scm_timestamping stamps{};
    std::memcpy(&stamps, CMSG_DATA(part), sizeof stamps);
    const timespec& software = stamps.ts[0];
    if (software.tv_sec == 0) continue;
    received.stamp =
        base::WallTime{std::chrono::seconds(software.tv_sec) + base::Nanoseconds(software.tv_nsec)};
  }
  return received;
}

int keep_stamping(bool wanted) {
  if (!wanted) return -1;
  const int keeper = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (keeper >= 0) set_stamping(keeper, kArrivals);
  return keeper;
}

// tcp_info grows with the kernel: fields that an older one does not know stay 0.
std::optional<tcp_info> read_tcp_info(int socket) {
  tcp_info info{};
  socklen_t length = sizeof info;
  if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return std::nullopt;
  return info;
}

// The kernel counts the end of the stream as a byte.
std::uint64_t bytes_in(const tcp_info& info) {
  constexpr int kCloseWait = 8;
  const bool ended = info.tcpi_state == kCloseWait && info.tcpi_bytes_received > 0;
  return info.tcpi_bytes_received - (ended ? 1 : 0);
}

}  // namespace

std::optional<TcpCounters> read_tcp_counters(int socket) {
  const auto info = read_tcp_info(socket);
  if (!info) return std::nullopt;
  const auto quiet = std::min(info->tcpi_last_data_recv, info->tcpi_last_ack_recv);
  return TcpCounters{std::chrono::microseconds(info->tcpi_rtt),
                     info->tcpi_total_retrans,
                     info->tcpi_data_segs_in,
                     bytes_in(*info),
                     std::chrono::milliseconds(quiet),
                     info->tcpi_unacked > 0 && info->tcpi_retransmits > 0};
}

std::optional<std::uint64_t> bytes_waiting(int socket) {
  int waiting = 0;
  if (ioctl(socket, FIONREAD, &waiting) != 0) return std::nullopt;
  return static_cast<std::uint64_t>(waiting);
}

KernelStamps::KernelStamps(bool wanted)
    : wanted_(wanted),
      keeper_(keep_stamping(wanted)),
      clock_map_(base::read_clocks()),
      buffer_(wanted ? std::make_unique<char[]>(kPeekBytes) : nullptr) {}

KernelStamps::~KernelStamps() {
  if (keeper_ >= 0) close(keeper_);
}

void KernelStamps::enable(int socket, bool sends) const {
  if (!wanted_) return;
  set_stamping(socket, sends ? kArrivals | SOF_TIMESTAMPING_TX_SOFTWARE : kArrivals);
}

std::optional<base::WallTime> KernelStamps::stamp_up_to(int socket, std::size_t length,
                                                        std::size_t& found) {
  // TRUNC: the kernel copies nothing. The buffer is for emulations of it that ignore the flag.
  const Received seen = receive(socket, buffer_.get(), length, MSG_PEEK | MSG_TRUNC);
  found = seen.size > 0 ? static_cast<std::size_t>(seen.size) : 0;
  return found > 0 ? seen.stamp : std::nullopt;
}

std::optional<base::MonoTime> KernelStamps::mapped(std::optional<base::WallTime> stamp) {
  if (!stamp) return std::nullopt;
  const std::uint64_t steps = clock_map_.steps();
  const base::ClockPair now = base::read_clocks();
  clock_map_.take(now);
  const base::MonoTime mono = clock_map_.to_mono(*stamp);
  if (clock_map_.steps() != steps || mono > now.after + kMappingErrorMax) return std::nullopt;
  return std::min(mono, now.after);
}

std::optional<Arrival> KernelStamps::peek(int socket, std::uint32_t segments) {
  if (!wanted_) return std::nullopt;
  // Before the peek: a segment that arrives in between then counts as a moment older than it is.
  const auto counters = read_tcp_counters(socket);
  std::size_t waiting = 0;
  const auto last = mapped(stamp_up_to(socket, kPeekBytes, waiting));
  if (!counters || !last) return std::nullopt;
  Arrival arrival;
  arrival.last = *last;
  const bool alone = counters->segments == segments + 1;
  arrival.first = alone ? *last : peek_first(socket).value_or(*last);
  arrival.begin = counters->bytes - std::min<std::uint64_t>(counters->bytes, waiting);
  arrival.end = arrival.begin + waiting;
  arrival.segments = counters->segments;
  return arrival;
}

std::optional<base::MonoTime> KernelStamps::peek_first(int socket) {
  if (!wanted_) return std::nullopt;
  std::size_t waiting = 0;
  return mapped(stamp_up_to(socket, 1, waiting));
}

SendStamps KernelStamps::take_sent(int socket, std::size_t count_max) {
  SendStamps taken;
  if (!wanted_) return taken;
  char unused = 0;
  for (std::size_t i = 0; i < std::min(count_max, SendStamps::kMax); ++i) {
    const Received sent = receive(socket, &unused, 0, MSG_ERRQUEUE);
    if (sent.size < 0) break;
    taken.any = true;
    if (const auto when = mapped(sent.stamp)) taken.when[taken.count++] = *when;
  }
  return taken;
}

std::uint64_t KernelStamps::clock_steps() {
  clock_map_.take(base::read_clocks());
  return clock_map_.steps();
}

}  // namespace reinfer::transport
