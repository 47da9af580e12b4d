#include "http/connection_loop.h"

#include <algorithm>
#include <array>

namespace reinfer::http {
namespace {

constexpr base::Nanoseconds kTick = std::chrono::seconds(1);

bool is_between_requests(const Connection& connection) {
  return connection.stage == Stage::reading && connection.served && connection.in.empty();
}

}  // namespace

ConnectionLoop::ConnectionLoop(const ServerLimits& limits, ConnectionLoopCallbacks calls,
                               const base::Log& log)
    : limits_(limits),
      calls_(std::move(calls)),
      log_(log),
      acceptor_(epoll_, {[this](base::Descriptor socket, std::string client) {
                           welcome(std::move(socket), std::move(client));
                         },
                         [this] { make_room(); }}) {}

void ConnectionLoop::take(std::vector<Listener> listeners) {
  acceptor_.open(std::move(listeners));
}

void ConnectionLoop::give_back(std::unique_ptr<ClientExchange> exchange) {
  {
    const base::MutexLock lock(mutex_);
    returned_.push_back(std::move(exchange));
  }
  epoll_.wake();
}

void ConnectionLoop::stop() {
  stop_ = true;
  epoll_.wake();
}

void ConnectionLoop::run() {
  now_ = base::mono_now();
  while (!finished())
    wait_and_handle();
  connections_.clear();
  deadlines_ = {};
  calls_.connections(0);
}

void ConnectionLoop::wait_and_handle() {
  base::MonoTime until = std::min(next_tick_, deadlines_.next());
  if (stopping_) until = std::min(until, stop_deadline_);
  std::array<epoll_event, 64> events{};
  const int count = epoll_.wait(events, until - now_);
  now_ = base::mono_now();
  for (int i = 0; i < count; ++i)
    handle(events.at(static_cast<std::size_t>(i)).data.u64,
           events.at(static_cast<std::size_t>(i)).events);
  take_exchanges();
  expire();
  if (stop_ && !stopping_) begin_to_stop();
  if (now_ < next_tick_) return;
  next_tick_ = now_ + kTick;
  acceptor_.resume();
}

void ConnectionLoop::handle(Id id, std::uint32_t events) {
  if (id == base::Epoll::kWakeToken) {
    epoll_.take_wake();
  } else if (id < Acceptor::kTokens) {
    acceptor_.accept(id);
  } else if (const auto found = connections_.find(id); found != connections_.end()) {
    if (found->second->stage == Stage::answering)
      note_while_answering(id, *found->second, events);
    else
      go_on(id, *found->second);
  }
}

// While a worker has the exchange, only the client's end of the connection is watched.
void ConnectionLoop::note_while_answering(Id id, Connection& connection, std::uint32_t events) {
  if ((events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP)) != 0) connection.left.request_stop();
  if ((events & (EPOLLHUP | EPOLLERR)) != 0) return drop(id);
  // It sends no more, but it may still read.
  watch(id, connection, 0);
}

void ConnectionLoop::go_on(Id id, Connection& connection) {
  switch (connection.stage) {
    case Stage::handshake:
      return shake_hands(id, connection);
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

void ConnectionLoop::wait_for(Id id, Connection& connection, Io io) {
  std::uint32_t events = 0;
  if (io == Io::wants_read) events = EPOLLIN;
  if (io == Io::wants_write) events = EPOLLOUT;
  watch(id, connection, events);
}

void ConnectionLoop::watch(Id id, Connection& connection, std::uint32_t events) {
  if (events == connection.watched) return;
  connection.watched = events;
  // The kernel has no memory for it, so nothing would end the wait.
  if (!epoll_.modify(connection.socket(), events, id)) set_deadline(id, connection, now_);
}

void ConnectionLoop::enter(Id id, Connection& connection, Stage stage, base::Nanoseconds limit) {
  connection.stage = stage;
  connection.since = now_;
  set_deadline(id, connection, now_ + limit);
}

void ConnectionLoop::set_deadline(Id id, Connection& connection, base::MonoTime deadline) {
  deadlines_.move(id, connection.deadline, deadline);
}

void ConnectionLoop::expire() {
  while (const auto id = deadlines_.due(now_)) {
    Connection& connection = *connections_.at(*id);
    if (connection.stage == Stage::writing) note_delivery(*id, connection);
    if (connection.deadline > now_) continue;
    // At a stop it was not given the time to be slow.
    const bool hurried = stopping_ && connection.stage != Stage::writing;
    if (connection.stage == Stage::reading && !connection.in.empty() && !hurried) {
      refuse(*id, connection, 408, Rejection::slow);
      continue;
    }
    if (connection.stage != Stage::draining && !is_between_requests(connection) && !hurried)
      calls_.rejected(Rejection::slow);
    drop(*id);
  }
}

void ConnectionLoop::drop(Id id) {
  const auto found = connections_.find(id);
  found->second->left.request_stop();
  set_deadline(id, *found->second, base::MonoTime::max());
  connections_.erase(found);
  calls_.connections(connections_.size());
}

void ConnectionLoop::begin_to_stop() {
  stopping_ = true;
  stop_deadline_ = now_ + limits_.stop_time;
  acceptor_.close();
  std::vector<Id> ids;
  for (const auto& [id, connection] : connections_)
    ids.push_back(id);
  for (const Id id : ids)
    prepare_to_stop(id, *connections_.at(id));
}

void ConnectionLoop::prepare_to_stop(Id id, Connection& connection) {
  connection.closes = true;
  if (connection.stage == Stage::draining) return drop(id);
  // The next request may have come meanwhile, or a part of it.
  if (is_between_requests(connection)) read(id, connection);
  if (connections_.count(id) == 0) return;
  if (connection.stage == Stage::answering || connection.stage == Stage::writing) return;
  if (is_between_requests(connection)) return drop(id);
  set_deadline(id, connection, std::min(connection.deadline, now_ + limits_.stop_request_time));
}

bool ConnectionLoop::finished() const {
  if (!stopping_) return false;
  // A client that has the whole reply is not waited for.
  const bool all_said = std::all_of(connections_.begin(), connections_.end(), [](const auto& each) {
    return each.second->stage == Stage::draining;
  });
  return all_said || now_ >= stop_deadline_;
}

}  // namespace reinfer::http
