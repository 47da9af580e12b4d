// One client: its socket, its TLS session if there is one, the bytes read from it and those still
// to be written. It moves bytes without waiting and decides nothing; the connection loop does, on
// whose thread it lives.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/descriptor.h"
#include "http/client_exchange.h"
#include "http/tls_server.h"

namespace reinfer::http {

enum class Stage : std::uint8_t {
  handshake,
  reading,    // of a request that is not whole yet, or has not begun
  answering,  // a worker has the exchange: it makes the reply, or the next part of it
  writing,
  draining,  // everything is sent; bytes that still come are dropped
};

class Connection {
 public:
  // `tls`: null for plain HTTP.
  Connection(base::Descriptor socket, std::string client, const TlsContext* tls);

  Io handshake() { return tls_->handshake(); }
  // Appends at most `bytes_max` to `in`.
  Io read(std::size_t bytes_max);
  // `progress`: everything that was given to send() is sent.
  Io write();
  // Drops bytes that the client sends; `closed` once it has closed.
  Io drain();
  // Announces the end, so that the client reads the last bytes before it learns of it.
  void say_goodbye();

  int socket() const { return socket_.get(); }
  TlsSession& tls() { return *tls_; }
  std::size_t unsent() const { return out_.size() - sent_; }
  // Bytes that the client's kernel has acknowledged. With TLS those of its records that are on
  // their way count as if they were bytes of replies: a few percent too few.
  std::size_t delivered() const;
  // Nothing is on its way to the client.
  bool all_delivered() const { return unsent() == 0 && unacknowledged() == 0; }
  // Appends to the bytes that write() sends.
  void send(std::string bytes);

  // Owned by the connection loop, as all fields that follow.
  std::string client;  // address
  Stage stage;
  std::string in;
  std::size_t needed = 0;  // bytes of `in` before which parsing it again is of no use
  bool continued = false;  // "100 Continue" is sent for this request
  bool served = false;     // a request of this connection has been answered
  bool closes = false;     // once everything is sent
  // While a worker has the exchange: to be told if the client leaves.
  std::stop_source left{std::nostopstate};
  // Of the reply being written, if it has more than these bytes; null while a worker has it.
  std::unique_ptr<ClientExchange> exchange;
  bool streams = false;    // the reply is made while it is sent
  base::MonoTime since{};  // when it entered this stage; writing: when it last took a byte
  // The client's pace while it is written to: connection_loop_slow.cpp.
  std::size_t noted = 0;        // delivered() when it was last looked at
  base::MonoTime rate_since{};  // the beginning of this stretch of ServerLimits::rate_time
  std::size_t rate_from = 0;    // delivered() then
  bool slow_stretch = false;    // the last whole stretch was below ServerLimits::reply_rate_min
  base::MonoTime deadline = base::MonoTime::max();
  std::uint32_t watched = 0;  // events that epoll watches
  std::size_t drained_bytes = 0;

 private:
  Io receive(std::string& to, std::size_t bytes_max);
  std::size_t unacknowledged() const;

  base::Descriptor socket_;
  std::optional<TlsSession> tls_;  // destroyed before its socket
  std::string out_;
  std::size_t sent_ = 0;
  std::size_t taken_ = 0;  // bytes that this kernel has taken, in all
};

}  // namespace reinfer::http
