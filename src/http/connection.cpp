#include "http/connection.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace reinfer::http {
namespace {

constexpr std::size_t kReadBytes = 16 * 1024;

Io understand_errno(Io would_block) {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? would_block : Io::failed;
}

}  // namespace

Connection::Connection(base::Descriptor socket, std::string client_address, const TlsContext* tls)
    : client(std::move(client_address)),
      stage(tls != nullptr ? Stage::handshake : Stage::reading),
      socket_(std::move(socket)) {
  if (tls != nullptr) tls_.emplace(*tls, socket_.get());
}

Io Connection::receive(std::string& to, std::size_t bytes_max) {
  if (tls_) return tls_->read(to, bytes_max);
  std::array<char, kReadBytes> buffer;
  const ssize_t count =
      recv(socket_.get(), buffer.data(), std::min(bytes_max, buffer.size()), MSG_DONTWAIT);
  if (count < 0) return understand_errno(Io::wants_read);
  to.append(buffer.data(), static_cast<std::size_t>(count));
  return count == 0 ? Io::closed : Io::progress;
}

Io Connection::read(std::size_t bytes_max) {
  return receive(in, bytes_max);
}

Io Connection::drain() {
  std::string ignored;
  const Io io = receive(ignored, kReadBytes);
  drained_bytes += ignored.size();
  return io;
}

void Connection::send(std::string bytes) {
  out_.erase(0, sent_);
  sent_ = 0;
  out_.empty() ? out_ = std::move(bytes) : out_ += bytes;
}

Io Connection::write() {
  std::string_view rest = std::string_view(out_).substr(sent_);
  Io io = Io::progress;
  if (tls_) {
    io = tls_->write(rest);
  } else {
    while (!rest.empty() && io == Io::progress) {
      const ssize_t count =
          ::send(socket_.get(), rest.data(), rest.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (count < 0)
        io = understand_errno(Io::wants_write);
      else
        rest.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  taken_ += out_.size() - rest.size() - sent_;
  sent_ = out_.size() - rest.size();
  if (io == Io::progress) {
    out_ = {};
    sent_ = 0;
  }
  return io;
}

// Bytes in this kernel's queue for the client; of TLS records, so there may be more than `taken_`.
std::size_t Connection::unacknowledged() const {
  int queued = 0;
  if (ioctl(socket_.get(), SIOCOUTQ, &queued) != 0 || queued < 0) return 0;
  return static_cast<std::size_t>(queued);
}

std::size_t Connection::delivered() const {
  return taken_ - std::min(taken_, unacknowledged());
}

void Connection::say_goodbye() {
  if (tls_) tls_->say_goodbye();
  shutdown(socket_.get(), SHUT_WR);
}

}  // namespace reinfer::http
