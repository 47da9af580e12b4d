#include "http/connection_loop.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/check.h"
#include "http/error_reply.h"

namespace reinfer::http {
namespace {

constexpr std::uint64_t kWake = ~std::uint64_t{0};
// Below are listeners, by their place in the list.
constexpr std::uint64_t kFirstConnection = 1'000;
constexpr int kAcceptedAtOnceMax = 64;
constexpr std::size_t kDrainedBytesMax = 4 * 1024 * 1024;
constexpr std::uint32_t kReadable = EPOLLIN, kWritable = EPOLLOUT;
constexpr base::Nanoseconds kTick = std::chrono::seconds(1);

void watch(const base::Descriptor& epoll, int operation, int socket, std::uint32_t events,
           std::uint64_t id) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = id;
  epoll_ctl(epoll.get(), operation, socket, &event);
}

}  // namespace

ConnectionLoop::ConnectionLoop(const ServerLimits& limits, ConnectionLoopCallbacks calls,
                               const base::Log& log)
    : limits_(limits),
      calls_(std::move(calls)),
      log_(log),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      next_id_(kFirstConnection) {
  base::check(epoll_ && wake_, "the kernel gives an epoll and an eventfd");
  watch(epoll_, EPOLL_CTL_ADD, wake_.get(), EPOLLIN, kWake);
}

void ConnectionLoop::take(std::vector<Listener> listeners) {
  listeners_ = std::move(listeners);
  base::check(listeners_.size() < kFirstConnection, "there are fewer addresses than that");
  for (std::size_t i = 0; i < listeners_.size(); ++i)
    watch(epoll_, EPOLL_CTL_ADD, listeners_[i].socket.get(), EPOLLIN, i);
}

void ConnectionLoop::reply(OutgoingReply reply) {
  {
    const std::lock_guard lock(mutex_);
    replies_.push_back(std::move(reply));
  }
  eventfd_write(wake_.get(), 1);
}

void ConnectionLoop::stop() {
  stop_ = true;
  eventfd_write(wake_.get(), 1);
}

void ConnectionLoop::run() {
  now_ = base::mono_now();
  while (!finished())
    wait_and_handle();
  connections_.clear();
  deadlines_.clear();
  calls_.connections(0);
}

void ConnectionLoop::wait_and_handle() {
  base::MonoTime until = next_tick_;
  if (!deadlines_.empty()) until = std::min(until, deadlines_.begin()->first);
  if (stopping_) until = std::min(until, stop_deadline_);
  // Rounded up, or the last millisecond would be spent asking.
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(std::max(until - now_, {}));
  std::array<epoll_event, 64> events{};
  const int count =
      epoll_wait(epoll_.get(), events.data(), events.size(), static_cast<int>(wait.count()));
  now_ = base::mono_now();
  for (int i = 0; i < count; ++i)
    handle(events.at(static_cast<std::size_t>(i)).data.u64,
           events.at(static_cast<std::size_t>(i)).events);
  take_replies();
  expire();
  if (stop_ && !stopping_) begin_to_stop();
  if (now_ < next_tick_) return;
  next_tick_ = now_ + kTick;
  if (!stopping_) pause_accepting(false);
  calls_.tick();
}

void ConnectionLoop::handle(Id id, std::uint32_t events) {
  if (id == kWake) {
    eventfd_t count = 0;
    eventfd_read(wake_.get(), &count);
  } else if (id < kFirstConnection) {
    if (id < listeners_.size()) accept_from(listeners_[id]);
  } else if (const auto found = connections_.find(id); found != connections_.end()) {
    // Nothing is watched while a worker answers: it can only have gone.
    if (found->second->stage == Stage::answering && (events & (EPOLLHUP | EPOLLERR)) != 0)
      drop(id);
    else
      go_on(id, *found->second);
  }
}

void ConnectionLoop::accept_from(const Listener& listener) {
  for (int i = 0; i < kAcceptedAtOnceMax && accepting_; ++i) {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    base::Descriptor socket(accept4(listener.socket.get(), reinterpret_cast<sockaddr*>(&address),
                                    &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket) {
      welcome(std::move(socket), format_address(&address, false));
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      make_room();
      // Or the listener would be readable for ever, and this thread busy with it.
      pause_accepting(true);
    } else if (errno != ECONNABORTED && errno != EINTR) {
      return;
    }
  }
}

void ConnectionLoop::welcome(base::Descriptor socket, std::string client) {
  if (connections_.size() >= limits_.connections_max) make_room();
  const int yes = 1;
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  const Id id = next_id_++;
  auto made = std::make_unique<Connection>(std::move(socket), std::move(client), calls_.tls());
  Connection& connection = *connections_.emplace(id, std::move(made)).first->second;
  connection.since = now_;
  connection.watched = EPOLLIN;
  watch(epoll_, EPOLL_CTL_ADD, connection.socket(), EPOLLIN, id);
  set_deadline(id, connection, now_ + limits_.request_time);
  calls_.connections(connections_.size());
  // Most have said something by now.
  go_on(id, connection);
}

// The one that has waited longest goes, first among those that never asked for anything.
void ConnectionLoop::make_room() {
  const auto waits_longer = [](const auto& a, const auto& b) {
    const auto rank = [](const Connection& c) {
      return std::tuple(c.stage == Stage::answering, c.served, c.since);
    };
    return rank(*a.second) < rank(*b.second);
  };
  const auto longest = std::min_element(connections_.begin(), connections_.end(), waits_longer);
  if (longest == connections_.end()) return;
  calls_.rejected(Rejection::too_many_connections);
  drop(longest->first);
}

// The one that has taken longest over its reply goes, not the newest.
void ConnectionLoop::make_room_for_stream(Id newest) {
  std::size_t streams = 0;
  Id longest = newest;
  for (const auto& [id, other] : connections_) {
    if (!other->streams || id == newest) continue;
    ++streams;
    if (longest == newest || other->since < connections_.at(longest)->since) longest = id;
  }
  if (streams < limits_.streams_max || longest == newest) return;
  calls_.rejected(Rejection::slow);
  drop(longest);
}

void ConnectionLoop::pause_accepting(bool pause) {
  if (pause != accepting_) return;
  accepting_ = !pause;
  for (std::size_t i = 0; i < listeners_.size(); ++i)
    watch(epoll_, EPOLL_CTL_MOD, listeners_[i].socket.get(), pause ? 0 : kReadable, i);
}

void ConnectionLoop::go_on(Id id, Connection& connection) {
  switch (connection.stage) {
    case Stage::handshake: {
      const Io io = connection.handshake();
      if (io == Io::closed || io == Io::failed) return handshake_failed(id, connection);
      if (io != Io::progress) return wait_for(id, connection, io);
      connection.stage = Stage::reading;
      return read(id, connection);
    }
    case Stage::reading:
      return read(id, connection);
    case Stage::answering:
      return;
    case Stage::writing:
      return write(id, connection);
    case Stage::draining:
      return drain(id, connection);
  }
}

void ConnectionLoop::handshake_failed(Id id, Connection& connection) {
  calls_.rejected(Rejection::tls);
  log_.debug("TLS handshake failed",
             {{"client", connection.client}, {"reason", connection.tls().failure()}});
  if (connection.tls().was_plain_http()) {
    // Past the session, which can say nothing that this client would understand.
    const std::string words =
        error_reply_text(400, "This port speaks HTTPS: the address begins https://");
    [[maybe_unused]] const auto sent =
        ::send(connection.socket(), words.data(), words.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    shutdown(connection.socket(), SHUT_WR);
  }
  drop(id);
}

void ConnectionLoop::read(Id id, Connection& connection) {
  const std::size_t bytes_max = limits_.request.head_bytes_max + limits_.request.body_bytes_max;
  for (;;) {
    if (!connection.in.empty() && connection.in.size() >= connection.needed) {
      const ParseResult frame = parse_request(connection.in, limits_.request);
      if (frame.state == ParseResult::State::refused)
        return refuse(id, connection, frame.status, frame.reason);
      if (frame.state == ParseResult::State::complete) return hand_over(id, connection, frame);
      connection.needed = frame.head_bytes == 0 ? 0 : frame.head_bytes + frame.body_bytes;
      if (frame.expects_continue && !connection.continued) {
        connection.continued = true;
        connection.send("HTTP/1.1 100 Continue\r\n\r\n");
        // So few bytes that a socket which has no room for them is not worth waiting for.
        if (connection.write() != Io::progress) return drop(id);
      }
    }
    const bool begins = connection.in.empty();
    const Io io = connection.read(bytes_max - connection.in.size());
    if (io == Io::closed || io == Io::failed) return drop(id);
    if (io != Io::progress) return wait_for(id, connection, io);
    // From the first byte of a request on it has the time of one, however it dribbles.
    if (begins && connection.served) set_deadline(id, connection, now_ + limits_.request_time);
  }
}

void ConnectionLoop::hand_over(Id id, Connection& connection, const ParseResult& frame) {
  if (answering_ >= limits_.requests_max)
    return refuse(id, connection, 503, Rejection::too_many_requests);
  ++answering_;
  ReceivedRequest request{id, connection.in.substr(0, frame.head_bytes),
                          connection.in.substr(frame.head_bytes, frame.body_bytes),
                          connection.client};
  connection.in.erase(0, frame.head_bytes + frame.body_bytes);
  connection.needed = 0;
  connection.continued = false;
  connection.stage = Stage::answering;
  set_deadline(id, connection, base::MonoTime::max());
  wait_for(id, connection, Io::progress);
  calls_.request(std::move(request));
}

void ConnectionLoop::refuse(Id id, Connection& connection, int status, Rejection reason,
                            std::string_view words) {
  calls_.rejected(reason);
  log_.debug(
      "http request refused",
      {{"client", connection.client}, {"code", status}, {"reason", metrics::to_label(reason)}});
  connection.closes = true;
  connection.send(error_reply_text(status, words));
  enter(id, connection, Stage::writing, limits_.reply_time);
  write(id, connection);
}

void ConnectionLoop::take_replies() {
  std::vector<OutgoingReply> replies;
  {
    const std::lock_guard lock(mutex_);
    replies.swap(replies_);
  }
  for (OutgoingReply& reply : replies) {
    --answering_;
    const auto found = connections_.find(reply.connection);
    if (found == connections_.end()) continue;
    Connection& connection = *found->second;
    connection.closes = reply.closes || stopping_;
    connection.send(std::move(reply.bytes));
    connection.more = std::move(reply.rest);
    connection.stage = Stage::writing;
    const Id id = reply.connection;
    if (!connection.streams) enter(id, connection, Stage::writing, limits_.reply_time);
    if (connection.more && !std::exchange(connection.streams, true)) make_room_for_stream(id);
    write(id, connection);
  }
}

void ConnectionLoop::write(Id id, Connection& connection) {
  const Io io = connection.write();
  if (io == Io::closed || io == Io::failed) return drop(id);
  if (io != Io::progress) {
    wait_for(id, connection, io);
    std::size_t unsent = 0;
    for (const auto& [_, other] : connections_)
      unsent += other->unsent();
    if (unsent <= limits_.unsent_bytes_max) return;
    calls_.rejected(Rejection::slow);
    return drop(id);
  }
  if (connection.more) return ask_for_more(id, connection);
  connection.streams = false;
  connection.served = true;
  if (connection.closes) {
    connection.say_goodbye();
    enter(id, connection, Stage::draining, limits_.goodbye_time);
    return drain(id, connection);
  }
  // A request that came with the last one has begun already.
  enter(id, connection, Stage::reading,
        connection.in.empty() ? limits_.idle_time : limits_.request_time);
  read(id, connection);
}

void ConnectionLoop::ask_for_more(Id id, Connection& connection) {
  ++answering_;
  connection.stage = Stage::answering;
  wait_for(id, connection, Io::progress);
  calls_.more({id, {}, connection.closes, std::move(connection.more)});
}

void ConnectionLoop::drain(Id id, Connection& connection) {
  for (;;) {
    const Io io = connection.drain();
    if (io == Io::wants_read || io == Io::wants_write) return wait_for(id, connection, io);
    if (io != Io::progress || connection.drained_bytes > kDrainedBytesMax) return drop(id);
  }
}

void ConnectionLoop::wait_for(Id id, Connection& connection, Io io) {
  const std::uint32_t events = io == Io::wants_read    ? kReadable
                               : io == Io::wants_write ? kWritable
                                                       : 0;
  if (events == connection.watched) return;
  connection.watched = events;
  watch(epoll_, EPOLL_CTL_MOD, connection.socket(), events, id);
}

void ConnectionLoop::enter(Id id, Connection& connection, Stage stage, base::Nanoseconds limit) {
  connection.stage = stage;
  connection.since = now_;
  set_deadline(id, connection, now_ + limit);
}

void ConnectionLoop::set_deadline(Id id, Connection& connection, base::MonoTime deadline) {
  deadlines_.erase({connection.deadline, id});
  connection.deadline = deadline;
  if (deadline != base::MonoTime::max()) deadlines_.insert({deadline, id});
}

void ConnectionLoop::drop(Id id) {
  const auto found = connections_.find(id);
  deadlines_.erase({found->second->deadline, id});
  connections_.erase(found);
  calls_.connections(connections_.size());
}

void ConnectionLoop::expire() {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now_) {
    const Id id = deadlines_.begin()->second;
    Connection& connection = *connections_.at(id);
    const bool between_requests =
        connection.stage == Stage::reading && connection.served && connection.in.empty();
    if (connection.stage == Stage::reading && !connection.in.empty()) {
      refuse(id, connection, 408, Rejection::slow);
      continue;
    }
    if (connection.stage != Stage::draining && !between_requests) calls_.rejected(Rejection::slow);
    drop(id);
  }
}

void ConnectionLoop::begin_to_stop() {
  stopping_ = true;
  stop_deadline_ = now_ + limits_.stop_time;
  accepting_ = false;
  listeners_.clear();
  std::vector<Id> idle;
  for (const auto& [id, connection] : connections_)
    if (connection->stage != Stage::answering && connection->stage != Stage::writing)
      idle.push_back(id);
    else
      connection->closes = true;
  for (const Id id : idle)
    drop(id);
}

bool ConnectionLoop::finished() const {
  if (!stopping_) return false;
  // Whoever has got all of the reply is not waited for.
  const bool all_said = std::all_of(connections_.begin(), connections_.end(), [](const auto& each) {
    return each.second->stage == Stage::draining;
  });
  return (all_said && answering_ == 0) || now_ >= stop_deadline_;
}

}  // namespace reinfer::http
