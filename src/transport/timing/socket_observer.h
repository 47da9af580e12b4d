// Observes the sockets of one exchange: asks the kernel for time stamps and counters when epoll or
// libcurl reports something, feeds the exchange's StampRecorder and keeps its TCP facts.
// CurlTransfer owns it; probe thread only. It reads nothing from a socket except send stamps, and
// neither opens nor closes any.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "transport/timing/kernel_stamps.h"
#include "transport/timing/stamp_recorder.h"

namespace reinfer::transport {

// An event of epoll, and for how long the socket may have been ready.
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

  // To be called before libcurl gets the exchange.
  void begin(base::MonoTime now);
  // A socket was opened for it; several where a host has several addresses.
  void opened(int socket);
  // libcurl waits for this socket from now on, or no longer. The socket is still open.
  void note_socket(int socket);
  void note_socket_left(int socket);

  // To be called when epoll reports a socket of the exchange, before libcurl gets the event: the
  // kernel forgets the stamps of bytes that are read, and the first event of a connecting socket is
  // the end of the connect phase, which libcurl 7.88 reports only after the TLS handshake. Returns
  // whether EPOLLERR stands for send stamps and not for an error.
  bool note_event(const SocketEvent& event);
  // libcurl works on the exchange without an event. The work may have been ready since `late` ago.
  void note_active(base::MonoTime now, base::Nanoseconds late) { stamps_.event(now, late); }
  // The thread was stopped for `time` while it worked on the exchange.
  void stopped(base::Nanoseconds time) { stamps_.stopped(time); }
  // The turn of the loop in which there was work on it is over.
  void iteration_over() { stamps_.iteration_over(); }

  // libcurl is about to send the request in `writes` system calls, on the fresh connection from
  // `local_port` or on a `reused` one.
  void ready_to_send(bool reused, int local_port, std::size_t writes);
  // libcurl has returned since, so the request is sent.
  void request_left(base::MonoTime now);
  // From libcurl's callbacks. Interim replies have status lines too.
  void status_line();
  void interim_over() { stamps_.interim_over(); }
  // libcurl has delivered more of the reply.
  void delivered() { stamps_.delivered(taken()); }

  // `complete`: the exchange ended with the last byte of the reply.
  void end(base::MonoTime now, bool complete);

  // Bytes that have arrived since libcurl was ready to send, read or not; 0 if the kernel does not
  // tell.
  std::uint64_t received() const;
  // Whether the peer's kernel owes us an acknowledgement although ours has sent again.
  bool unacknowledged() const;

  const StampRecorder& stamps() const { return stamps_; }
  // After end(). Absent if no socket was opened.
  const std::optional<model::TcpFacts>& tcp() const { return tcp_; }

 private:
  bool is_ours(int socket) const;
  // The socket of the fresh connection that is used.
  int chosen(int local_port) const;
  void look_into(const SocketEvent& event);
  // Our delay for a connection or for bytes that have no stamp.
  static base::Nanoseconds lateness(const SocketEvent& event);
  bool take_send_stamps(std::size_t count_max);
  // Bytes of the stream that libcurl has read, too many rather than too few.
  std::optional<std::uint64_t> taken();
  void note_tcp(int socket);

  static constexpr int kNone = -1;

  KernelStamps& kernel_;
  StampRecorder stamps_;
  std::uint64_t clock_steps_ = 0;  // when it began
  std::vector<int> opened_;
  int carrier_ = kNone;  // the socket that carries the request, once it is known
  bool reused_ = false;
  bool ready_ = false;                       // libcurl was ready to send, at least once
  std::optional<TcpCounters> counters_;      // of the carrier, after its last event
  std::uint64_t bytes_before_ = 0;           // received before libcurl was ready to send
  std::uint64_t received_ = 0;               // when libcurl left the carrier
  std::uint32_t retransmits_before_ = 0;     // on a reused connection
  std::uint32_t retransmits_elsewhere_ = 0;  // on connections that were given up
  std::optional<model::TcpFacts> tcp_;
};

}  // namespace reinfer::transport
