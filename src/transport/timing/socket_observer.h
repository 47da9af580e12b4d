// What one exchange sees of its sockets, libcurl's events and the kernel's knowledge joined: feeds
// the exchange's StampRecorder and keeps its TCP facts. Owned by CurlTransfer, probe thread only.
// It reads sockets but takes nothing from them except send stamps, and neither opens nor closes
// any.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "transport/timing/kernel_stamps.h"
#include "transport/timing/stamp_recorder.h"

namespace reinfer::transport {

// What epoll says of a socket, and how long it may have been so.
struct SocketEvent {
  int socket = -1;
  bool readable = false;
  bool failed = false;
  bool hung_up = false;
  base::MonoTime now{};
  base::Nanoseconds late{0};
};

class SocketObserver {
 public:
  SocketObserver(KernelStamps& kernel, bool tls) : kernel_(kernel), stamps_(tls) {}

  // libcurl is about to see the exchange for the first time.
  void begin(base::MonoTime now);
  // A socket was opened for it; several where a host has several addresses.
  void opened(int socket);
  // libcurl waits for this socket, or does so no more; the socket is still open.
  void note_socket(int socket);
  void note_socket_left(int socket);

  // To be called when epoll reports one of its sockets, before libcurl sees the event: what the
  // kernel knows of bytes is gone once they are read, and the first sign of life of a connected
  // socket is the end of the connect phase, which libcurl 7.88 tells only after the TLS handshake.
  // Returns whether the failure is none, but the kernel's stamps of what was sent.
  bool note_event(const SocketEvent& event);
  // libcurl has work on it although there was no event, which may have waited since `late` ago.
  void note_active(base::MonoTime now, base::Nanoseconds late) { stamps_.event(now, late); }
  // The thread was stopped for so long while it worked on it.
  void stopped(base::Nanoseconds time) { stamps_.stopped(time); }
  // The turn of the loop in which there was work on it is over.
  void iteration_over() { stamps_.iteration_over(); }

  // libcurl is about to send the request, in so many writes; on the fresh connection from
  // `local_port`, or on one that is `reused`.
  void ready_to_send(bool reused, int local_port, std::size_t writes);
  // libcurl has run since: the request has left.
  void request_left(base::MonoTime now);
  // From libcurl's callbacks. Interim replies have status lines too.
  void status_line();
  void interim_over() { stamps_.interim_over(); }
  // libcurl has delivered more of the reply.
  void delivered() { stamps_.delivered(taken()); }

  // `complete`: the last byte of the reply was what ended it.
  void end(base::MonoTime now, bool complete);

  const StampRecorder& stamps() const { return stamps_; }
  // Absent if no socket was opened; meant for after the end.
  const std::optional<model::TcpFacts>& tcp() const { return tcp_; }

 private:
  bool is_ours(int socket) const;
  // The socket of the fresh connection that is used.
  int chosen(int local_port) const;
  void look_into(const SocketEvent& event);
  // How late we are for a connection or for bytes that have come, for which there is no stamp.
  static base::Nanoseconds lateness(const SocketEvent& event);
  bool take_send_stamps(std::size_t count_max);
  // Bytes of the stream that libcurl has read; rather too many than too few.
  std::optional<std::uint64_t> taken();
  void note_tcp(int socket);

  static constexpr int kNone = -1;

  KernelStamps& kernel_;
  StampRecorder stamps_;
  std::uint64_t clock_steps_ = 0;  // when it began
  std::vector<int> opened_;
  int carrier_ = kNone;  // the socket that carries the request, once that is known
  bool reused_ = false;
  bool ready_ = false;                       // to send, at least once
  std::optional<TcpCounters> counters_;      // of the carrier, since its last event
  std::uint32_t retransmits_before_ = 0;     // on a reused connection
  std::uint32_t retransmits_elsewhere_ = 0;  // on connections that were given up
  std::optional<model::TcpFacts> tcp_;
};

}  // namespace reinfer::transport
