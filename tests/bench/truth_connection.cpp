#include "truth_connection.h"

#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>

#include "base/check.h"

namespace reinfer::bench {
namespace {

constexpr std::size_t kRequestBytesMax = 16384;

// What a small reply of the API looks like; one segment.
const std::string& reply_text() {
  static const std::string text = [] {
    const std::string body = R"({"status":"ok","datasets":[{"name":"support","padding":")" +
                             std::string(700, 'x') + R"("}]})";
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
  }();
  return text;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string text_between(const std::string& text, const std::string& from, const char* ends) {
  const auto at = text.find(from);
  if (at == std::string::npos) return {};
  const auto begin = at + from.size();
  return text.substr(begin, text.find_first_of(ends, begin) - begin);
}

std::string id_of(const std::string& request) {
  const std::string header = text_between(request, "\r\nx-request-id: ", "\r");
  return header.empty() ? text_between(request.substr(0, request.find('\r')), "id=", " &") : header;
}

}  // namespace

void TruthConnection::FreeTls::operator()(ssl_st* tls) const {
  SSL_free(tls);
}

TruthConnection::TruthConnection(base::Descriptor socket, std::uint16_t client_port,
                                 ssl_ctx_st* tls)
    : socket_(std::move(socket)), client_port_(client_port) {
  if (tls == nullptr) return;
  tls_.reset(SSL_new(tls));
  // Through memory, so that every byte is read from the socket with its stamp.
  in_ = BIO_new(BIO_s_mem());
  out_ = BIO_new(BIO_s_mem());
  base::check(tls_ != nullptr && in_ != nullptr && out_ != nullptr, "OpenSSL has memory");
  SSL_set_bio(tls_.get(), in_, out_);
  SSL_set_accept_state(tls_.get());
}

TruthConnection::~TruthConnection() = default;

TruthConnection::State TruthConnection::on_readable() {
  std::array<char, 16384> buffer;
  const Received received = receive(socket_.get(), buffer);
  if (received.count < 0 && (errno == EAGAIN || errno == EINTR)) return State::waiting;
  if (received.count <= 0) return State::over;
  bytes_in_ += static_cast<std::uint32_t>(received.count);
  last_arrival_ = received.stamp;
  if (!take_bytes(buffer.data(), static_cast<std::size_t>(received.count))) return State::over;
  if (text_.size() > kRequestBytesMax) return State::over;
  if (asked_ || !text_.ends_with("\r\n\r\n")) return State::waiting;
  begin_record();
  return State::asked;
}

bool TruthConnection::take_bytes(const char* bytes, std::size_t count) {
  if (!tls_) {
    text_.append(bytes, count);
    return true;
  }
  BIO_write(in_, bytes, static_cast<int>(count));
  return decipher();
}

bool TruthConnection::decipher() {
  std::array<char, 16384> clear;
  for (;;) {
    const int count = SSL_read(tls_.get(), clear.data(), static_cast<int>(clear.size()));
    if (count > 0) {
      text_.append(clear.data(), static_cast<std::size_t>(count));
      continue;
    }
    const int why = SSL_get_error(tls_.get(), count);
    return flush_cipher() && why == SSL_ERROR_WANT_READ;
  }
}

bool TruthConnection::flush_cipher() {
  char* bytes = nullptr;
  const long count = BIO_get_mem_data(out_, &bytes);
  if (count <= 0) return true;
  const bool sent = send_all(bytes, static_cast<std::size_t>(count));
  BIO_reset(out_);
  return sent;
}

// Never more than a handshake or a small reply: a socket without room for it is given up.
bool TruthConnection::send_all(const char* bytes, std::size_t count) {
  if (send(socket_.get(), bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL) != static_cast<ssize_t>(count))
    return false;
  bytes_out_ += static_cast<std::uint32_t>(count);
  return true;
}

void TruthConnection::begin_record() {
  const std::string request = lower(text_);
  close_after_ = request.find("\r\nconnection: close\r\n") != std::string::npos;
  record_.emplace();
  record_->id = id_of(request);
  record_->tls = tls_ != nullptr;
  record_->number = ++requests_;
  record_->client_port = client_port_;
  record_->request_end = bytes_in_;
  record_->arrival = last_arrival_;
  text_.clear();
  asked_ = true;
  answered_ = false;
}

TruthConnection::State TruthConnection::answer() {
  const std::string& reply = reply_text();
  asked_ = false;
  bool sent = false;
  if (tls_) {
    SSL_write(tls_.get(), reply.data(), static_cast<int>(reply.size()));
    sent = flush_cipher();
  } else {
    sent = send_all(reply.data(), reply.size());
  }
  if (!sent) return State::over;
  record_->reply_end = bytes_out_;
  answered_ = true;
  if (close_after_) shutdown(socket_.get(), SHUT_WR);
  return State::waiting;
}

std::optional<TruthRecord> TruthConnection::take_finished() {
  while (const auto departure = next_departure(socket_.get()))
    if (record_ && answered_ && departure->last_byte + 1 == record_->reply_end)
      record_->departure = departure->stamp;
  if (!record_ || !record_->departure) return std::nullopt;
  return std::exchange(record_, std::nullopt);
}

}  // namespace reinfer::bench
