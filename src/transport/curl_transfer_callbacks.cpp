// libcurl's callbacks of a transfer: a header line, a piece of the body, a socket, the moment
// before it sends.
#include <sys/socket.h>

#include <cerrno>
#include <new>
#include <utility>

#include "base/descriptor.h"
#include "transport/curl_options.h"
#include "transport/curl_transfer.h"
#include "transport/timing/socket_facts.h"
#include "transport/tls_facts.h"

namespace reinfer::transport {
namespace {

// How many writes libcurl 7.88 needs for a request: HTTP/1.1 sends head and body together, HTTP/2
// sends the head in a frame of its own, both in pieces of a TLS record or a frame.
std::size_t writes_of(const model::Request& request) {
  constexpr std::size_t kPieceBytes = 16 * 1024;
  const std::size_t size = request.body.size();
  const bool apart = request.network.http2 && size > 0;
  return apart ? 1 + (size + kPieceBytes - 1) / kPieceBytes : 1 + size / kPieceBytes;
}

// nullptr without TLS.
ssl_st* tls_session_of(CURL* easy) {
  const curl_tlssessioninfo* session = nullptr;
  curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &session);
  const bool tls = session != nullptr && session->backend == CURLSSLBACKEND_OPENSSL;
  return tls ? static_cast<ssl_st*>(session->internals) : nullptr;
}

}  // namespace

void CurlTransfer::set_callbacks() {
  CURL* easy = handle();
  set_option(easy, CURLOPT_ERRORBUFFER, error_text_.data());
  set_option(easy, CURLOPT_HEADERFUNCTION, &CurlTransfer::on_header);
  set_option(easy, CURLOPT_HEADERDATA, this);
  set_option(easy, CURLOPT_WRITEFUNCTION, &CurlTransfer::on_body);
  set_option(easy, CURLOPT_WRITEDATA, this);
  set_option(easy, CURLOPT_PREREQFUNCTION, &CurlTransfer::on_ready_to_send);
  set_option(easy, CURLOPT_PREREQDATA, this);
  set_option(easy, CURLOPT_SSL_CTX_FUNCTION, &CurlTransfer::on_tls_context);
  set_option(easy, CURLOPT_SSL_CTX_DATA, this);
  set_option(easy, CURLOPT_OPENSOCKETFUNCTION, &CurlTransfer::on_open_socket);
  set_option(easy, CURLOPT_OPENSOCKETDATA, this);
}

bool CurlTransfer::take_line(std::string_view line) {
  switch (reply_.take_line(line)) {
    case ReplyReader::Line::status:
      observer_.status_line();
      break;
    case ReplyReader::Line::interim_over:
      observer_.interim_over();
      break;
    case ReplyReader::Line::head_over:
      // With a body, its last bytes are the end of the reply.
      if (!reply_.body_announced()) observer_.delivered();
      break;
    case ReplyReader::Line::field:
      break;
    case ReplyReader::Line::refused:
      return false;
  }
  return true;
}

// No exception may pass through libcurl, which is written in C.
template <typename Result, typename Call>
Result CurlTransfer::guarded(Result refusal, Call call) {
  try {
    return call();
  } catch (const std::bad_alloc&) {
    reply_.refuse_for_memory();
    return refusal;
  }
}

bool CurlTransfer::note_socket(int socket) {
  return guarded(false, [&] {
    note_active();
    observer_.note_socket(socket);
    return true;
  });
}

template <typename Take>
std::size_t CurlTransfer::take_or_stop(std::size_t bytes, Take take) {
  loop_.frames.carried(bytes);
  return guarded(std::size_t{CURL_WRITEFUNC_ERROR},
                 [&] { return take() ? bytes : std::size_t{CURL_WRITEFUNC_ERROR}; });
}

std::size_t CurlTransfer::on_header(char* line, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  return transfer.take_or_stop(size * count, [&] {
    return transfer.take_line({line, size * count});
  });
}

std::size_t CurlTransfer::on_body(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  return transfer.take_or_stop(size * count, [&] {
    if (!transfer.reply_.take_body({bytes, size * count})) return false;
    transfer.observer_.delivered();
    return true;
  });
}

CURLcode CurlTransfer::set_store(ssl_ctx_st* context) {
  if (!route_.own_store || ca_file().empty()) return CURLE_OK;
  // It was there when the exchange began.
  return loop_.stores.give(context, ca_file()) ? CURLE_OK : CURLE_SSL_CACERT_BADFILE;
}

CURLcode CurlTransfer::on_tls_context(CURL*, void* context, void* self) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  return transfer.guarded(CURLE_OUT_OF_MEMORY, [&] {
    auto* ours = static_cast<ssl_ctx_st*>(context);
    transfer.loop_.certificates.watch(ours, transfer.id_);
    return transfer.set_store(ours);
  });
}

int CurlTransfer::on_ready_to_send(void* self, char*, char*, int, int local_port) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  return transfer.guarded(CURL_PREREQFUNC_ABORT,
                          [&] { return transfer.ready_to_send(local_port); });
}

int CurlTransfer::ready_to_send(int local_port) {
  CURL* easy = handle();
  note_active();
  ssl_st* ssl = tls_session_of(easy);
  long connections = 0;
  curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connections);
  if (connections == 0 && is_unclean(local_port, ssl)) {
    wants_fresh_ = true;
    return CURL_PREREQFUNC_ABORT;
  }
  if (times_ready_to_send_ > 0 && !may_send_again()) {
    refused_repeat_ = true;
    return CURL_PREREQFUNC_ABORT;
  }
  loop_.iteration.sending.push_back(id_);
  ++times_ready_to_send_;
  os_error_before_ = os_error();
  exchange_.connection_reused = connections == 0;
  sent_as_http2_ = ssl != nullptr && speaks_http2(ssl);
  const auto fresh = connections > 0 ? opened_socket(local_port) : std::optional<int>();
  if (fresh) loop_.kept.connected(*fresh, local_port);
  if (ssl != nullptr) {
    loop_.frames.watch(ssl, id_, fresh, sent_as_http2_);
    loop_.alerts.watch(ssl, id_, error_text_.data());
    if (connections > 0) exchange_.tls = read_tls_facts(ssl);
  }
  observer_.ready_to_send(connections == 0, local_port, writes_of(request_));
  return CURL_PREREQFUNC_OK;
}

// libcurl repeats a request if a kept connection has died, when no server has seen it, and also if
// the server has refused its stream. With HTTP/2 the two look the same.
bool CurlTransfer::may_send_again() const {
  return times_ready_to_send_ == 1 && exchange_.connection_reused && !sent_as_http2_;
}

bool CurlTransfer::is_unclean(int local_port, const ssl_st* ssl) const {
  // HTTP/2 sends frames of its own at any time, and replies by number.
  if (ssl != nullptr && speaks_http2(ssl)) return false;
  return loop_.kept.has_unread(local_port) || (ssl != nullptr && has_unread(ssl));
}

std::optional<int> CurlTransfer::opened_socket(int local_port) const {
  if (opened_.size() == 1) return opened_.front();
  for (const int socket : opened_)
    if (local_port_of(socket) == local_port) return socket;
  return std::nullopt;
}

curl_socket_t CurlTransfer::on_open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  return transfer.guarded(CURL_SOCKET_BAD, [&] { return transfer.open_socket(*address); });
}

curl_socket_t CurlTransfer::open_socket(const curl_sockaddr& address) {
  base::Descriptor opened{
      socket(address.family, address.socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address.protocol)};
  if (!std::exchange(socket_tried_, true)) set_connect_limit(handle(), kNoConnectLimit);
  if (port_of(address.addr) != route_.port) port_differs_ = true;
  if (opened.get() < 0) {
    // An address family that this host lacks is an answer of the network, not a lack of ours.
    out_of_sockets_ = errno != EAFNOSUPPORT;
    return CURL_SOCKET_BAD;
  }
  loop_.sockets.opened(opened.get(), id_);
  opened_.push_back(opened.get());
  observer_.opened(opened.get());
  return opened.release();
}

}  // namespace reinfer::transport
