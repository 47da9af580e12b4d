#include "transport/timing/socket_observer.h"

#include <algorithm>

#include "transport/timing/socket_facts.h"

namespace reinfer {

void WireWatch::begin(MonoTime now) {
  book_.start(now);
  clock_steps_ = kernel_.clock_steps();
}

void WireWatch::opened(int socket) {
  kernel_.enable(socket, false);
  opened_.push_back(socket);
}

bool WireWatch::is_ours(int socket) const {
  return socket == carrier_ || std::find(opened_.begin(), opened_.end(), socket) != opened_.end();
}

int WireWatch::chosen(int local_port) const {
  const auto chosen = std::find_if(opened_.begin(), opened_.end(), [&](int socket) {
    return local_port_of(socket) == local_port && (opened_.size() == 1 || is_connected(socket));
  });
  return chosen == opened_.end() ? kNone : *chosen;
}

void WireWatch::note_socket(int socket) {
  // What is waited for once the request has left is the connection.
  if (ready_) carrier_ = socket;
}

void WireWatch::note_socket_left(int socket) {
  if (!is_ours(socket)) return;
  if (socket == carrier_) take_send_stamps(book_.writes_left());
  note_tcp(socket);
  std::erase(opened_, socket);
  if (socket == carrier_) carrier_ = kNone;
}

bool WireWatch::note_event(const SocketEvent& event) {
  // The resolver's descriptor is not one of ours.
  if (!is_ours(event.socket)) {
    book_.event(event.now, event.late);
    return false;
  }
  counters_.reset();
  const bool stamps = event.failed && take_send_stamps(SendStamps::kMax);
  if (event.readable)
    look_into(event);
  else if (!stamps)
    book_.event(event.now,
                book_.ours().connected || event.socket == carrier_ ? event.late : lateness(event));
  // A reused connection was there before.
  const bool connected = !event.failed && !event.hung_up && event.socket != carrier_;
  if (!book_.ours().connected && connected) book_.connected(event.now);
  return stamps;
}

Nanoseconds WireWatch::lateness(const SocketEvent& event) {
  // A process that was stopped, or whose machine was, does not know of it; but the connection has
  // been quiet since what it is told now. Less than some ticks proves nothing.
  constexpr Nanoseconds kTicks = std::chrono::milliseconds(10);
  // A reset comes and leaves no trace in what the kernel says of quiet.
  if (event.failed || event.hung_up) return event.late;
  const auto counters = read_tcp_counters(event.socket);
  return counters && counters->quiet > kTicks ? std::max(event.late, counters->quiet) : event.late;
}

void WireWatch::look_into(const SocketEvent& event) {
  if (event.socket != carrier_) {
    const auto first = kernel_.peek_first(event.socket);
    book_.event(event.now, first ? event.now - *first : lateness(event));
    return;
  }
  book_.event(event.now, kernel_.wanted() ? event.late : lateness(event));
  if (const auto arrival = kernel_.peek(event.socket, book_.segments_seen()))
    book_.arrived(*arrival);
}

bool WireWatch::take_send_stamps(std::size_t count_max) {
  if (carrier_ == kNone) return false;
  const SendStamps sent = kernel_.take_sent(carrier_, count_max);
  for (std::size_t i = 0; i < sent.count; ++i)
    book_.sent(sent.when[i]);
  return sent.any;
}

void WireWatch::ready_to_send(bool reused, int local_port, std::size_t writes) {
  ready_ = true;
  reused_ = reused;
  carrier_ = reused ? kNone : chosen(local_port);
  retransmits_before_ = 0;
  book_.ready_to_send(mono_now(), writes);
  if (carrier_ == kNone) return;
  // Only now: what the handshake, or a proxy, was sent is not the request.
  kernel_.enable(carrier_, true);
  if (const auto stream = read_tcp_counters(carrier_)) book_.before_reply(*stream);
}

void WireWatch::request_left(MonoTime now) {
  if (carrier_ != kNone) take_send_stamps(book_.writes_left());
  const auto stream =
      reused_ && carrier_ != kNone ? read_tcp_counters(carrier_) : std::optional<TcpCounters>();
  if (stream) book_.before_reply(*stream);
  if (stream) retransmits_before_ = stream->retransmits;
  book_.request_left(now);
}

std::optional<std::uint64_t> WireWatch::taken() {
  if (carrier_ == kNone || !kernel_.wanted()) return std::nullopt;
  // In this order: what comes in between seems taken, never the other way round.
  const auto waiting = bytes_waiting(carrier_);
  counters_ = read_tcp_counters(carrier_);
  if (!waiting || !counters_) return std::nullopt;
  return counters_->bytes - std::min(counters_->bytes, *waiting);
}

void WireWatch::status_line() {
  const MonoTime now = mono_now();
  take_send_stamps(book_.writes_left());
  book_.status_line(now, book_.status_line_needs_taken() ? taken() : std::nullopt);
}

void WireWatch::note_tcp(int socket) {
  const auto counters = socket == carrier_ && counters_ ? counters_ : read_tcp_counters(socket);
  if (!counters) return;
  if (!tcp_) tcp_.emplace();
  if (counters->rtt > Nanoseconds{0}) tcp_->rtt = counters->rtt;
  if (socket == carrier_) {
    tcp_->retransmits = retransmits_elsewhere_ + counters->retransmits - retransmits_before_;
  } else {
    retransmits_elsewhere_ += counters->retransmits;
    tcp_->retransmits = retransmits_elsewhere_;
  }
}

void WireWatch::end(MonoTime now, bool complete) {
  // What has gone on since the last event counts where we waited in vain.
  if (!complete) counters_.reset();
  // Those that libcurl still has in use.
  if (carrier_ != kNone) opened_ = {carrier_};
  for (const int socket : opened_)
    note_tcp(socket);
  book_.ended(now, complete, kernel_.clock_steps() != clock_steps_);
}

}  // namespace reinfer
