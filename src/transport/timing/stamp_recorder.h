// Records the time stamps of one exchange, the kernel's and our own, and decides at the end which
// of them count and how far off they may be. SocketObserver feeds it on the probe thread. Pure: it
// knows neither sockets nor libcurl. README.md in this folder explains the reasoning.
//
// A stamp of the kernel is exact whatever our loop did, with one exception: the kernel merges
// segments that wait and keeps the last one's stamp. The first byte of a reply is therefore exact
// if its segment came alone. Otherwise it came between the moment from which we would have seen it
// and the stamp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "model/exchange.h"
#include "transport/timing/kernel_stamps.h"
#include "transport/timing/phases_from_stamps.h"

namespace reinfer::transport {

class StampRecorder {
 public:
  // `tls`: bytes after the request may still belong to the handshake (session tickets). The reply's
  // first byte is then the last one that had arrived when libcurl read the status line. Without TLS
  // it is the first byte that arrives.
  explicit StampRecorder(bool tls) : tls_(tls) {}

  void start(base::MonoTime now);
  void connected(base::MonoTime now) { ours_.connected = now; }

  // The loop works on this exchange now. The work may have been ready since `late` ago.
  void event(base::MonoTime now, base::Nanoseconds late);
  // Our thread was stopped for `time` while it worked on this exchange.
  void stopped(base::Nanoseconds time);
  // The loop's iteration that worked on this exchange is over.
  void iteration_over();
  // The time so far in which the exchange waited for us alone.
  base::Nanoseconds our_delay() const { return our_delay_; }

  // libcurl is about to send the request, in `writes` system calls. A request that is sent again
  // starts over.
  void ready_to_send(base::MonoTime now, std::size_t writes);
  // The counters of the stream before the reply.
  void before_reply(const TcpCounters& stream);
  // libcurl has sent the request.
  void request_left(base::MonoTime now);
  // The number of the request's writes whose stamps are still missing.
  std::size_t writes_left() const { return ready_ ? writes_left_ : 0; }
  // The kernel's stamp of a write. Stamps beyond the request's writes are ignored: HTTP/2 sends
  // further frames, and TCP sends lost segments again.
  void sent(base::MonoTime stamp);

  // Segments with data that the stream has received, as last reported.
  std::uint32_t segments_seen() const { return segments_seen_; }
  // The current event found these bytes waiting, after the request was sent.
  void arrived(const Arrival& arrival);
  // libcurl has read a status line, and `taken` bytes of the stream up to now. `taken` must be
  // given if status_line_needs_taken(), and may be nullopt if not.
  bool status_line_needs_taken() const { return tls_ || oldest_is_interim_; }
  void status_line(base::MonoTime now, std::optional<std::uint64_t> taken);
  // The headers of an interim reply are over, and the final reply follows.
  void interim_over();
  // libcurl has delivered more of the reply, and has read `taken` bytes of the stream for it.
  void delivered(std::optional<std::uint64_t> taken);
  // `complete`: the exchange ended with the last byte of the reply. `clock_stepped`: the wall clock
  // was set meanwhile, so that the kernel's stamps cannot be compared.
  void ended(base::MonoTime now, bool complete, bool clock_stepped);

  // By our clock alone, up to now.
  const WireStamps& ours() const { return ours_; }

  // After ended(): the best stamps, their source, and how far off they may be.
  WireStamps best() const;
  model::ClockSource source() const;
  model::Uncertainty uncertainty() const;

 private:
  struct Piece {
    Arrival arrival;
    base::Nanoseconds first_off{0};  // `first` may be too late by this
    base::Nanoseconds last_off{0};   // the byte before `last` may have come earlier by this
  };
  struct Stamp {
    base::MonoTime when;
    base::Nanoseconds off{0};
  };

  // The earliest moment at which something that we see now may have arrived.
  base::MonoTime earliest() const;
  base::Nanoseconds active_before_sent() const;
  std::optional<Stamp> first_byte_by_kernel(std::optional<std::uint64_t> taken) const;
  bool by_kernel() const;

  const bool tls_;
  WireStamps ours_;
  std::optional<base::MonoTime> ready_;
  bool ready_this_iteration_ = false;
  bool active_this_iteration_ = false;
  base::MonoTime active_at_{};      // when the loop last worked on it
  std::size_t writes_left_ = 0;     // writes of the request without a stamp
  base::MonoTime event_began_{};    // the earliest moment at which the current event was ready
  base::Nanoseconds late_{0};       // our delay before the request
  base::Nanoseconds our_delay_{0};  // our delay, before and after the request

  base::Nanoseconds sent_off_{0};
  base::Nanoseconds first_byte_off_{0};
  base::Nanoseconds end_off_{0};

  std::optional<TcpCounters> before_reply_;
  std::uint32_t segments_seen_ = 0;
  std::optional<Piece> oldest_;     // of the reply whose status line is still to come
  bool oldest_is_interim_ = false;  // the oldest piece holds an interim reply, perhaps nothing else
  std::optional<Piece> latest_;
  std::optional<std::uint64_t> delivered_;

  std::optional<base::MonoTime> kernel_sent_;
  std::optional<Stamp> kernel_first_byte_;
  std::optional<base::MonoTime> kernel_end_;
  bool clock_stepped_ = false;
};

}  // namespace reinfer::transport
