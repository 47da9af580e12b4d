// One client: its socket, its TLS session if there is one, and what was read and is still to be
// written. It moves bytes without ever waiting and decides nothing; the connection loop, on whose
// thread it lives, does.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/descriptor.h"
#include "http/streamed_body.h"
#include "http/tls_server.h"

namespace reinfer::http {

enum class Stage : std::uint8_t {
  handshake,
  reading,    // of a request that is not whole yet, or has not begun
  answering,  // the request is with a worker, or what follows of its reply
  writing,
  draining,  // nothing more is said; what the client still sends is thrown away
};

class Connection {
 public:
  // `tls`: null for plain HTTP.
  Connection(base::Descriptor socket, std::string client, const TlsContext* tls);

  Io handshake() { return tls_->handshake(); }
  // Appends at most `bytes_max` to `in`.
  Io read(std::size_t bytes_max);
  // `progress`: all of `out` is gone.
  Io write();
  // Throws away what the client sends; `closed` once it is done.
  Io drain();
  // Says that nothing more will come, so that the client reads what was sent before it learns of
  // the end.
  void say_goodbye();

  int socket() const { return socket_.get(); }
  bool is_tls() const { return tls_.has_value(); }
  TlsSession& tls() { return *tls_; }
  std::size_t unsent() const { return out_.size() - sent_; }
  void send(std::string bytes);

  // Owned by the connection loop, as is all that follows.
  std::string client;  // address
  Stage stage;
  std::string in;
  std::size_t needed = 0;  // bytes in `in` below which there is no use in looking at it again
  bool continued = false;  // the client was told to send its body
  bool served = false;     // a request of it has been answered
  bool closes = false;     // after what is being written
  // What follows what is being written. While a worker makes more of it, it is there.
  std::unique_ptr<StreamedBody> more;
  // Its reply is made while it is sent; the time limit is for all of it.
  bool streams = false;
  base::MonoTime since{};  // when it began to wait in this stage
  base::MonoTime deadline{};
  std::uint32_t watched = 0;  // of epoll
  std::size_t drained_bytes = 0;

 private:
  Io receive(std::string& to, std::size_t bytes_max);

  base::Descriptor socket_;
  std::optional<TlsSession> tls_;  // goes before its socket
  std::string out_;
  std::size_t sent_ = 0;
};

}  // namespace reinfer::http
