#include "transport/timing/stamp_recorder.h"

#include <algorithm>

namespace reinfer::transport {

void StampRecorder::start(base::MonoTime now) {
  ours_.start = now;
  active_at_ = now;
  active_this_iteration_ = true;
}

void StampRecorder::event(base::MonoTime now, base::Nanoseconds late) {
  event_began_ = now - late;
  // A wait before the last work of this iteration is counted already.
  const base::Nanoseconds uncounted =
      active_this_iteration_ ? std::min(late, now - active_at_) : late;
  // Once the request is sent, our delay takes nothing from the platform's time.
  if (!ready_) late_ += uncounted;
  our_delay_ += uncounted;
  active_at_ = now;
  active_this_iteration_ = true;
}

void StampRecorder::stopped(base::Nanoseconds time) {
  our_delay_ += time;
  if (!ready_) late_ += time;
  // The stop may have been before the request was sent or after.
  if (ready_this_iteration_) late_ += std::min(time, active_before_sent());
}

void StampRecorder::iteration_over() {
  ready_this_iteration_ = false;
  active_this_iteration_ = false;
}

base::Nanoseconds StampRecorder::active_before_sent() const {
  return std::max(base::Nanoseconds{0}, kernel_sent_.value_or(*ready_ + sent_off_) - active_at_);
}

void StampRecorder::ready_to_send(base::MonoTime now, std::size_t writes) {
  ready_ = now;
  ready_this_iteration_ = true;
  writes_left_ = writes;
  kernel_sent_.reset();
  kernel_first_byte_.reset();
  before_reply_.reset();
  oldest_is_interim_ = false;
  oldest_.reset();
  latest_.reset();
  delivered_.reset();
}

void StampRecorder::before_reply(const TcpCounters& stream) {
  // Bytes that libcurl has read since would be missing from a later count.
  if (before_reply_ || ours_.first_byte) return;
  before_reply_ = stream;
  segments_seen_ = stream.segments;
}

void StampRecorder::request_left(base::MonoTime now) {
  // Too early rather than too late: a wait that is too short contradicts the platform's own figure.
  ours_.sent = ready_;
  sent_off_ = now - ready_.value_or(now);
}

void StampRecorder::sent(base::MonoTime stamp) {
  if (writes_left_ == 0 || !ready_ || stamp < *ready_ || ours_.first_byte) return;
  --writes_left_;
  kernel_sent_ = stamp;
}

base::MonoTime StampRecorder::earliest() const {
  return std::max(event_began_, kernel_sent_.value_or(ready_.value_or(ours_.start)));
}

void StampRecorder::arrived(const Arrival& arrival) {
  Piece piece{arrival};
  const bool alone = before_reply_ && arrival.segments == segments_seen_ + 1;
  segments_seen_ = arrival.segments;
  if (!alone) {
    piece.first_off = std::max(base::Nanoseconds{0}, arrival.first - earliest());
    piece.last_off = std::max(base::Nanoseconds{0}, arrival.last - earliest());
  }
  if (!oldest_ || oldest_is_interim_) oldest_ = piece;
  oldest_is_interim_ = false;
  latest_ = piece;
}

std::optional<StampRecorder::Stamp> StampRecorder::first_byte_by_kernel(
    std::optional<std::uint64_t> taken) const {
  if (!latest_ || !before_reply_) return std::nullopt;
  // If libcurl has read further, it has read bytes that arrived after we looked.
  const bool seen = taken && *taken <= latest_->arrival.end;
  if (status_line_needs_taken() && !seen) return std::nullopt;
  if (tls_) return Stamp{latest_->arrival.last, latest_->last_off};
  if (!oldest_ || oldest_->arrival.begin > before_reply_->bytes) return std::nullopt;
  return Stamp{oldest_->arrival.first, oldest_->first_off};
}

void StampRecorder::status_line(base::MonoTime now, std::optional<std::uint64_t> taken) {
  kernel_first_byte_ = first_byte_by_kernel(taken);
  ours_.first_byte = now;
  first_byte_off_ = std::max(base::Nanoseconds{0}, now - earliest());
}

void StampRecorder::interim_over() {
  // The final reply begins in the bytes that we have seen, or later.
  oldest_is_interim_ = true;
  if (before_reply_ && latest_) before_reply_->bytes = latest_->arrival.end;
}

void StampRecorder::delivered(std::optional<std::uint64_t> taken) {
  delivered_ = taken;
}

void StampRecorder::ended(base::MonoTime now, bool complete, bool clock_stepped) {
  ours_.end = now;
  clock_stepped_ = clock_stepped;
  if (complete) end_off_ = std::max(base::Nanoseconds{0}, now - earliest());
  if (complete && latest_ && delivered_ && *delivered_ <= latest_->arrival.end)
    kernel_end_ = latest_->arrival.last;
}

bool StampRecorder::by_kernel() const {
  if (clock_stepped_ || !kernel_sent_) return false;
  return kernel_first_byte_ || !ours_.first_byte;
}

WireStamps StampRecorder::best() const {
  WireStamps best = ours_;
  if (clock_stepped_) return best;
  if (kernel_sent_ && ours_.sent) best.sent = kernel_sent_;
  if (kernel_first_byte_) best.first_byte = kernel_first_byte_->when;
  if (kernel_end_) best.end = *kernel_end_;
  return best;
}

model::ClockSource StampRecorder::source() const {
  return by_kernel() ? model::ClockSource::kernel : model::ClockSource::user;
}

model::Uncertainty StampRecorder::uncertainty() const {
  const bool kernel = !clock_stepped_;
  model::Uncertainty off;
  off.clock_stepped = clock_stepped_;
  off.wait = kernel && kernel_sent_ ? base::Nanoseconds{0} : sent_off_;
  off.wait += kernel && kernel_first_byte_ ? kernel_first_byte_->off : first_byte_off_;
  off.total = late_ + (kernel && kernel_end_ ? base::Nanoseconds{0} : end_off_);
  return off;
}

}  // namespace reinfer::transport
