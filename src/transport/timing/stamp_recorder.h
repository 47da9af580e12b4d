// The stamps of one exchange as they come in, by the kernel's clock and by ours side by side, and
// what follows once it has ended: which to believe, and how far off they may be. Pure: fed by
// SocketObserver, which asks KernelStamps; knows neither sockets nor libcurl.
//
// The kernel's stamps are exact, whatever our loop was doing, but for one thing: it merges what
// waits, and then only the stamp of the last byte is left. So the first byte of a reply is exact if
// it came alone, and else lies between the moment from which we would have seen it and the stamp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "model/exchange.h"
#include "transport/timing/kernel_stamps.h"
#include "transport/timing/wire_stamps.h"

namespace reinfer::transport {

class StampRecorder {
 public:
  // `tls`: bytes that come after the request may be the handshake's own (session tickets), so the
  // reply's first byte is the one that let its status line be read; else it is the first to come.
  explicit StampRecorder(bool tls) : tls_(tls) {}

  void start(base::MonoTime now);
  void connected(base::MonoTime now) { ours_.connected = now; }

  // There is work on this exchange now, which may have waited since `late` ago.
  void event(base::MonoTime now, base::Nanoseconds late);
  // Our thread was stopped for so long while it worked on this exchange.
  void stopped(base::Nanoseconds time);
  // The turn of the loop in which there was work on this exchange is over.
  void iteration_over();
  // For how long, so far, the exchange could have gone on but for us.
  base::Nanoseconds our_delay() const { return our_delay_; }

  // libcurl is about to send the request, in so many writes.
  void ready_to_send(base::MonoTime now, std::size_t writes);
  // How the stream stands before the reply.
  void before_reply(const TcpCounters& stream);
  // libcurl has sent it.
  void request_left(base::MonoTime now);
  // So many stamps of the request's writes are still to come.
  std::size_t writes_left() const { return ready_ ? writes_left_ : 0; }
  // The kernel's stamp of a write. Those beyond the request's are not the request: HTTP/2 has more
  // to say, and what was lost is sent again.
  void sent(base::MonoTime stamp);

  // Of the stream, with data, as far as is known.
  std::uint32_t segments_seen() const { return segments_seen_; }
  // Found waiting after the request has left, in the event that is handled now.
  void arrived(const Arrival& arrival);
  // libcurl has read a status line; `taken` bytes of the stream were taken for it, which need not
  // be known if `status_line_needs_taken` says so.
  bool status_line_needs_taken() const { return tls_ || oldest_is_interim_; }
  void status_line(base::MonoTime now, std::optional<std::uint64_t> taken);
  // An interim reply's headers are over: the final one follows.
  void interim_over();
  // libcurl has delivered more of the reply.
  void delivered(std::optional<std::uint64_t> taken);
  // `complete`: the last byte of the reply was what ended it. `clock_stepped`: the kernel's stamps
  // are of two clocks.
  void ended(base::MonoTime now, bool complete, bool clock_stepped);

  // By our clock, as far as it got.
  const WireStamps& ours() const { return ours_; }

  // The rest is meant for after the end.
  WireStamps best() const;
  model::ClockSource source() const;
  model::Uncertainty uncertainty() const;

 private:
  struct Piece {
    Arrival arrival;
    base::Nanoseconds first_off{0};  // `first` may be too late by that
    base::Nanoseconds last_off{0};   // what came just before `last` may have come earlier by that
  };
  struct Stamp {
    base::MonoTime when;
    base::Nanoseconds off{0};
  };

  // Since when something that is seen now might have been there.
  base::MonoTime earliest() const;
  base::Nanoseconds active_before_sent() const;
  std::optional<Stamp> first_byte_by_kernel(std::optional<std::uint64_t> taken) const;
  bool by_kernel() const;

  const bool tls_;
  WireStamps ours_;
  std::optional<base::MonoTime> ready_;
  bool ready_this_iteration_ = false;
  bool active_this_iteration_ = false;
  base::MonoTime active_at_{};    // the last time
  std::size_t writes_left_ = 0;   // of the request, by the kernel's count
  base::MonoTime event_began_{};  // at the earliest
  base::Nanoseconds late_{0};     // of what led to the request
  base::Nanoseconds our_delay_{0};  // that, and all since

  base::Nanoseconds sent_off_{0};
  base::Nanoseconds first_byte_off_{0};
  base::Nanoseconds end_off_{0};

  std::optional<TcpCounters> before_reply_;
  std::uint32_t segments_seen_ = 0;
  std::optional<Piece> oldest_;     // of the reply whose status line is still to come
  bool oldest_is_interim_ = false;  // and perhaps nothing else
  std::optional<Piece> latest_;
  std::optional<std::uint64_t> delivered_;

  std::optional<base::MonoTime> kernel_sent_;
  std::optional<Stamp> kernel_first_byte_;
  std::optional<base::MonoTime> kernel_end_;
  bool clock_stepped_ = false;
};

}  // namespace reinfer::transport
