#include "socket_stamps.h"

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

#include "base/check.h"

namespace reinfer::bench {
namespace {

constexpr int kArrivals = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
constexpr int kDepartures =
    SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_OPT_TSONLY | SOF_TIMESTAMPING_OPT_ID;

void set_stamping(int socket, int flags) {
  base::check(setsockopt(socket, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags) == 0,
              "the kernel stamps sockets");
}

WallNanoseconds to_nanoseconds(const timespec& time) {
  return static_cast<WallNanoseconds>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

void stamp_arrivals(int listener) {
  set_stamping(listener, kArrivals);
}

void stamp_both_ways(int connection) {
  set_stamping(connection, kArrivals | kDepartures);
}

std::optional<WallNanoseconds> stamp_of(msghdr& message) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET) continue;
    if (part->cmsg_type != SCM_TIMESTAMPING && part->cmsg_type != SCM_TIMESTAMPNS) continue;
    // Of the three stamps of SCM_TIMESTAMPING, the first is the software's.
    timespec time{};
    std::memcpy(&time, CMSG_DATA(part), sizeof time);
    if (time.tv_sec != 0) return to_nanoseconds(time);
  }
  return std::nullopt;
}

Received receive(int connection, std::span<char> buffer) {
  alignas(cmsghdr) std::array<char, 256> ancillary;
  iovec piece{buffer.data(), buffer.size()};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = ancillary.data();
  message.msg_controllen = ancillary.size();
  Received received;
  received.count = recvmsg(connection, &message, MSG_DONTWAIT);
  if (received.count > 0) received.stamp = stamp_of(message);
  return received;
}

std::optional<Departure> next_departure(int connection) {
  alignas(cmsghdr) std::array<char, 512> ancillary;
  for (;;) {
    msghdr message{};
    message.msg_control = ancillary.data();
    message.msg_controllen = ancillary.size();
    if (recvmsg(connection, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return std::nullopt;
    const auto stamp = stamp_of(message);
    if (!stamp) continue;
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
         part = CMSG_NXTHDR(&message, part)) {
      if (part->cmsg_level != SOL_IP || part->cmsg_type != IP_RECVERR) continue;
      sock_extended_err error{};
      std::memcpy(&error, CMSG_DATA(part), sizeof error);
      if (error.ee_origin == SO_EE_ORIGIN_TIMESTAMPING) return Departure{error.ee_data, *stamp};
    }
  }
}

}  // namespace reinfer::bench
