#include "transport/frame_limit.h"

#include <openssl/ssl.h>
#include <sys/socket.h>

#include <cstdint>

namespace reinfer::transport {
namespace {

// The values that we attach to an SSL object. Their numbers are given once for the process.
int frame_id_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

int socket_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

// A number in the place of an address.
void attach(ssl_st* ssl, int index, std::uintptr_t number) {
  SSL_set_ex_data(ssl, index, reinterpret_cast<void*>(number));
}

std::uintptr_t attached(const ssl_st* ssl, int index) {
  return reinterpret_cast<std::uintptr_t>(SSL_get_ex_data(ssl, index));
}

// The length in the header of a record (RFC 8446 section 5.1).
std::size_t record_bytes(const void* header) {
  const auto* bytes = static_cast<const unsigned char*>(header);
  return std::size_t{bytes[3]} << 8U | bytes[4];
}

// Drops what the kernel has received, and whoever reads is told that there is no connection.
// Closing would free the number for another socket while libcurl still uses it.
void disconnect(int socket) {
  sockaddr nowhere{};
  nowhere.sa_family = AF_UNSPEC;
  ::connect(socket, &nowhere, sizeof nowhere);
}

}  // namespace

void FrameLimit::watch(ssl_st* ssl, ProbeId id, std::optional<int> fresh, bool frames) {
  exceeded_.emplace(id, false);
  attach(ssl, frame_id_index(), static_cast<std::uintptr_t>(id));
  if (fresh) attach(ssl, socket_index(), static_cast<std::uintptr_t>(*fresh));
  SSL_set_msg_callback(ssl, frames ? &FrameLimit::on_record : &FrameLimit::on_tls_message);
  SSL_set_msg_callback_arg(ssl, this);
}

void FrameLimit::on_record(int sent, int, int type, const void* bytes, std::size_t size,
                           ssl_st* ssl, void* self) {
  if (sent != 0 || type != SSL3_RT_HEADER || size < SSL3_RT_HEADER_LENGTH) return;
  static_cast<FrameLimit*>(self)->add(record_bytes(bytes), ssl);
}

// A whole chain of certificates may come late (TLS 1.2), so the length is nothing to go by.
void FrameLimit::on_tls_message(int sent, int, int type, const void*, std::size_t, ssl_st* ssl,
                                void* self) {
  if (sent != 0 || type != SSL3_RT_HANDSHAKE) return;
  static_cast<FrameLimit*>(self)->add(kOverheadBytesMax / kTlsMessagesMax, ssl);
}

void FrameLimit::add(std::size_t bytes, const ssl_st* ssl) {
  overhead_bytes_ += bytes;
  if (overhead_bytes_ <= kOverheadBytesMax) return;
  // The exchange may be over, and the connection idle.
  const auto found = exceeded_.find(ProbeId{attached(ssl, frame_id_index())});
  if (found != exceeded_.end()) found->second = true;
  disconnect(static_cast<int>(attached(ssl, socket_index())));
}

}  // namespace reinfer::transport
