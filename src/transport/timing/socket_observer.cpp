#include "transport/timing/socket_observer.h"

#include <algorithm>

#include "transport/timing/socket_facts.h"

namespace reinfer::transport {

void SocketObserver::begin(base::MonoTime now) {
  stamps_.start(now);
  clock_steps_ = kernel_.clock_steps();
}

void SocketObserver::opened(int socket) {
  kernel_.enable(socket, false);
  opened_.push_back(socket);
}

bool SocketObserver::is_ours(int socket) const {
  return socket == carrier_ || std::find(opened_.begin(), opened_.end(), socket) != opened_.end();
}

int SocketObserver::chosen(int local_port) const {
  // The only one that libcurl has is the one that it will send on.
  if (opened_.size() == 1) return opened_.front();
  const auto chosen = std::find_if(opened_.begin(), opened_.end(), [&](int socket) {
    return local_port_of(socket) == local_port && is_connected(socket);
  });
  return chosen == opened_.end() ? kNone : *chosen;
}

void SocketObserver::note_socket(int socket) {
  // Once the request is sent, the socket that libcurl polls is the one carrying it.
  if (ready_) carrier_ = socket;
}

void SocketObserver::note_socket_left(int socket) {
  if (!is_ours(socket)) return;
  if (socket == carrier_) {
    take_send_stamps(stamps_.writes_left());
    received_ = received();
  }
  note_tcp(socket);
  std::erase(opened_, socket);
  if (socket == carrier_) carrier_ = kNone;
}

bool SocketObserver::note_event(const SocketEvent& event) {
  // libcurl's resolver has a descriptor of its own.
  if (!is_ours(event.socket)) {
    stamps_.event(event.now, event.late);
    return false;
  }
  counters_.reset();
  const bool stamps = event.failed && take_send_stamps(SendStamps::kMax);
  if (event.readable)
    look_into(event);
  else if (!stamps)
    stamps_.event(event.now, stamps_.ours().connected || event.socket == carrier_
                                 ? event.late
                                 : lateness(event));
  // A reused connection has no connect phase.
  const bool connected = !event.failed && !event.hung_up && event.socket != carrier_;
  if (!stamps_.ours().connected && connected) stamps_.connected(event.now);
  return stamps;
}

base::Nanoseconds SocketObserver::lateness(const SocketEvent& event) {
  // A process does not notice that it, or its machine, was stopped; but the kernel knows for how
  // long the connection has been quiet. It counts in ticks, so that a few of them prove nothing.
  constexpr base::Nanoseconds kTicks = std::chrono::milliseconds(10);
  // A reset does not end the quiet time in the kernel's count.
  if (event.failed || event.hung_up) return event.late;
  const auto counters = read_tcp_counters(event.socket);
  return counters && counters->quiet > kTicks ? std::max(event.late, counters->quiet) : event.late;
}

void SocketObserver::look_into(const SocketEvent& event) {
  if (event.socket != carrier_) {
    const auto first = kernel_.peek_first(event.socket);
    stamps_.event(event.now, first ? event.now - *first : lateness(event));
    return;
  }
  stamps_.event(event.now, kernel_.wanted() ? event.late : lateness(event));
  if (const auto arrival = kernel_.peek(event.socket, stamps_.segments_seen()))
    stamps_.arrived(*arrival);
}

bool SocketObserver::take_send_stamps(std::size_t count_max) {
  if (carrier_ == kNone) return false;
  const SendStamps sent = kernel_.take_sent(carrier_, count_max);
  for (std::size_t i = 0; i < sent.count; ++i)
    stamps_.sent(sent.when[i]);
  return sent.any;
}

void SocketObserver::ready_to_send(bool reused, int local_port, std::size_t writes) {
  ready_ = true;
  reused_ = reused;
  carrier_ = reused ? kNone : chosen(local_port);
  retransmits_before_ = 0;
  stamps_.ready_to_send(base::mono_now(), writes);
  if (carrier_ == kNone) return;
  // Not earlier: the bytes of a handshake or to a proxy are not the request.
  kernel_.enable(carrier_, true);
  const auto stream = read_tcp_counters(carrier_);
  if (!stream) return;
  bytes_before_ = stream->bytes;
  stamps_.before_reply(*stream);
}

void SocketObserver::request_left(base::MonoTime now) {
  if (carrier_ != kNone) take_send_stamps(stamps_.writes_left());
  const auto stream =
      reused_ && carrier_ != kNone ? read_tcp_counters(carrier_) : std::optional<TcpCounters>();
  if (stream) stamps_.before_reply(*stream);
  if (stream) retransmits_before_ = stream->retransmits;
  if (stream) bytes_before_ = stream->bytes;
  stamps_.request_left(now);
}

std::optional<std::uint64_t> SocketObserver::taken() {
  if (carrier_ == kNone || !kernel_.wanted()) return std::nullopt;
  // In this order, bytes that arrive in between count as read, and never the other way round.
  const auto waiting = bytes_waiting(carrier_);
  counters_ = read_tcp_counters(carrier_);
  if (!waiting || !counters_) return std::nullopt;
  return counters_->bytes - std::min(counters_->bytes, *waiting);
}

void SocketObserver::status_line() {
  const base::MonoTime now = base::mono_now();
  take_send_stamps(stamps_.writes_left());
  stamps_.status_line(now, stamps_.status_line_needs_taken() ? taken() : std::nullopt);
}

std::uint64_t SocketObserver::received() const {
  if (carrier_ == kNone) return received_;
  const auto counters = read_tcp_counters(carrier_);
  return counters ? counters->bytes - std::min(counters->bytes, bytes_before_) : received_;
}

bool SocketObserver::unacknowledged() const {
  const auto counters = carrier_ == kNone ? std::nullopt : read_tcp_counters(carrier_);
  return counters && counters->unacknowledged;
}

void SocketObserver::note_tcp(int socket) {
  const auto counters = socket == carrier_ && counters_ ? counters_ : read_tcp_counters(socket);
  if (!counters) return;
  if (!tcp_) tcp_.emplace();
  if (counters->rtt > base::Nanoseconds{0}) tcp_->rtt = counters->rtt;
  if (socket == carrier_) {
    tcp_->retransmits = retransmits_elsewhere_ + counters->retransmits - retransmits_before_;
  } else {
    retransmits_elsewhere_ += counters->retransmits;
    tcp_->retransmits = retransmits_elsewhere_;
  }
}

void SocketObserver::end(base::MonoTime now, bool complete) {
  // The counters have gone on since the last event, if we waited in vain.
  if (!complete) counters_.reset();
  // Of several connections that were opened, only the carrier is still in use.
  if (carrier_ != kNone) opened_ = {carrier_};
  for (const int socket : opened_)
    note_tcp(socket);
  stamps_.ended(now, complete, kernel_.clock_steps() != clock_steps_);
}

}  // namespace reinfer::transport
