#include "simulator/stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace reinfer::simulator {
namespace {

constexpr std::size_t kTlsBytesMax = 1U << 30;
constexpr auto kFarewell = std::chrono::milliseconds(500);

timespec time_left(base::MonoTime deadline) {
  const base::Nanoseconds left = std::max(deadline - base::mono_now(), base::Nanoseconds{0});
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  return {.tv_sec = seconds.count(), .tv_nsec = (left - seconds).count()};
}

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}  // namespace

Stream::Stream(base::Descriptor socket, const StopSignal& stop)
    : socket_(std::move(socket)), stop_(stop) {}

Stream::~Stream() = default;

void Stream::Free::operator()(ssl_st* ssl) const {
  SSL_free(ssl);
}

StreamStatus Stream::wait(short events, base::MonoTime deadline) {
  std::array<pollfd, 2> polled = {{{socket_.get(), events, 0}, {stop_.fd(), POLLIN, 0}}};
  for (;;) {
    const timespec left = time_left(deadline);
    const int ready = ppoll(polled.data(), polled.size(), &left, nullptr);
    if (polled[1].revents != 0 || stop_.raised()) return StreamStatus::stopped;
    if (ready > 0) return StreamStatus::ok;
    if (ready == 0) return StreamStatus::timed_out;
    if (errno != EINTR) return StreamStatus::closed;
  }
}

template <class Call>
StreamStatus Stream::run_tls(base::MonoTime deadline, int& result, Call call) {
  for (;;) {
    // OpenSSL judges by the thread's error queue, which an earlier connection may have left full.
    ERR_clear_error();
    result = call(ssl_.get());
    if (result > 0) return StreamStatus::ok;
    const int error = SSL_get_error(ssl_.get(), result);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return StreamStatus::closed;
    const auto status = wait(error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline);
    if (status != StreamStatus::ok) return status;
  }
}

StreamStatus Stream::start_tls(ssl_ctx_st* context, base::MonoTime deadline) {
  ssl_.reset(SSL_new(context));
  if (ssl_ == nullptr || SSL_set_fd(ssl_.get(), socket_.get()) != 1) return StreamStatus::closed;
  int result = 0;
  return run_tls(deadline, result, [](SSL* ssl) { return SSL_accept(ssl); });
}

Stream::ReadResult Stream::read(char* to, std::size_t size, base::MonoTime deadline) {
  if (ssl_ != nullptr) {
    int got = 0;
    const int room = static_cast<int>(std::min(size, kTlsBytesMax));
    const auto status = run_tls(deadline, got, [&](SSL* ssl) { return SSL_read(ssl, to, room); });
    return {status, status == StreamStatus::ok ? static_cast<std::size_t>(got) : 0};
  }
  for (;;) {
    const ssize_t got = recv(socket_.get(), to, size, 0);
    if (got > 0) return {StreamStatus::ok, static_cast<std::size_t>(got)};
    if (got == 0 || !would_block()) return {StreamStatus::closed, 0};
    const auto status = wait(POLLIN, deadline);
    if (status != StreamStatus::ok) return {status, 0};
  }
}

StreamStatus Stream::write(std::string_view bytes, base::MonoTime deadline) {
  while (!bytes.empty()) {
    std::size_t sent = 0;
    if (ssl_ != nullptr) {
      int result = 0;
      const int size = static_cast<int>(std::min(bytes.size(), kTlsBytesMax));
      const auto status =
          run_tls(deadline, result, [&](SSL* ssl) { return SSL_write(ssl, bytes.data(), size); });
      if (status != StreamStatus::ok) return status;
      sent = static_cast<std::size_t>(result);
    } else {
      const ssize_t result = send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (result < 0 && !would_block()) return StreamStatus::closed;
      if (result < 0) {
        const auto status = wait(POLLOUT, deadline);
        if (status != StreamStatus::ok) return status;
        continue;
      }
      sent = static_cast<std::size_t>(result);
    }
    bytes.remove_prefix(sent);
  }
  return StreamStatus::ok;
}

StreamStatus Stream::pause_until(base::MonoTime until) {
  const auto status = wait(POLLRDHUP, until);
  if (status == StreamStatus::timed_out) return StreamStatus::ok;
  return status == StreamStatus::ok ? StreamStatus::closed : status;
}

void Stream::hold() {
  std::array<char, 4096> discarded;
  while (wait(POLLIN, base::MonoTime::max()) == StreamStatus::ok) {
    const ssize_t got = recv(socket_.get(), discarded.data(), discarded.size(), 0);
    if (got == 0 || (got < 0 && !would_block())) return;
  }
}

void Stream::finish() {
  if (ssl_ != nullptr) SSL_shutdown(ssl_.get());
  shutdown(socket_.get(), SHUT_WR);
  const base::MonoTime deadline = base::mono_now() + kFarewell;
  std::array<char, 4096> discarded;
  while (wait(POLLIN, deadline) == StreamStatus::ok) {
    const ssize_t got = recv(socket_.get(), discarded.data(), discarded.size(), 0);
    if (got == 0 || (got < 0 && !would_block())) return;
  }
}

void Stream::reset() {
  const linger at_once = {.l_onoff = 1, .l_linger = 0};
  setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  socket_.close();
}

}  // namespace reinfer::simulator
