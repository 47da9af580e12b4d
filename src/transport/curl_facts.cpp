#include "transport/curl_facts.h"

#include <curl/curl.h>

namespace reinfer {
namespace {

WireError of_timeout(Stage stage) {
  switch (stage) {
    case Stage::resolve:
      return WireError::resolve;
    case Stage::connect:
      return WireError::connect_timeout;
    case Stage::tls:
      return WireError::tls;
    case Stage::send:
    case Stage::wait:
    case Stage::receive:
    case Stage::done:
      break;
  }
  return WireError::response_timeout;
}

WireError of_receive_error(std::string_view text) {
  // libcurl 7.88 reports broken chunking with the code of a lost connection; only the text differs.
  const auto says = [text](std::string_view part) { return text.find(part) != text.npos; };
  if (says("chunked-encoding")) return WireError::bad_body;
  // With TLS 1.3 a server refuses our certificate, or its absence, only after our handshake is
  // over.
  if (says("SSL routines::") && says(" alert ")) return WireError::tls;
  return WireError::connection_lost;
}

// As if there were no proxy, but for the codes that name one.
WireError of_code(const CurlEnding& ending) {
  // CURLcode has about a hundred enumerators; those not listed are our own doing.
  switch (ending.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return WireError::resolve;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
      return WireError::proxy;
    case CURLE_COULDNT_CONNECT:
      return WireError::connect;
    case CURLE_OPERATION_TIMEDOUT:
      return of_timeout(ending.stage);
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CLIENTCERT:  // the server wants one, and there is none or another
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
      return WireError::tls;
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2_STREAM:
      return WireError::connection_lost;
    case CURLE_RECV_ERROR:
      return of_receive_error(ending.text);
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:  // an HTTP/0.9 reply
    case CURLE_HTTP2:
      return WireError::bad_body;
    default:
      return WireError::monitor;
  }
}

// The peer, a middlebox or the kernel has given up a connection that had begun well.
bool is_given_up(WireError error, int code) {
  return error == WireError::connection_lost || code == CURLE_OPERATION_TIMEDOUT ||
         (error == WireError::tls && code == CURLE_SSL_CONNECT_ERROR);
}

WireError of_ending(const CurlEnding& ending) {
  if (ending.timed_out) return of_timeout(ending.stage);
  if (ending.too_large) return WireError::too_large;
  if (ending.out_of_sockets) return WireError::monitor;
  // libcurl 7.88 takes a connection that closes within the headers for the end of an empty reply.
  if (ending.code == CURLE_OK && ending.headers_cut) return WireError::connection_lost;
  if (ending.code == CURLE_OK) return WireError::none;
  return of_code(ending);
}

}  // namespace

bool is_our_delay(const CurlEnding& ending) {
  // Nobody hangs up on those who are silent for less.
  constexpr Nanoseconds kPeerPatience = std::chrono::seconds(5);
  if (ending.timed_out) return ending.time_left;
  // From then on it was the peer's turn.
  if (ending.stage > Stage::send) return false;
  if (!is_given_up(of_ending(ending), ending.code)) return false;
  return ending.held_up >= kPeerPatience && ending.held_up > ending.took / 2;
}

WireError wire_error_of(const CurlEnding& ending) {
  if (is_our_delay(ending)) return WireError::monitor;
  const WireError error = of_ending(ending);
  if (error != WireError::none && ending.proxy_status >= 300) return WireError::proxy;
  if (!ending.at_proxy) return error;
  switch (error) {
    case WireError::resolve:
    case WireError::connect:
    case WireError::connect_timeout:
    case WireError::response_timeout:
    case WireError::connection_lost:
    case WireError::bad_body:
      return WireError::proxy;
    case WireError::tls:
      // A SOCKS proxy of the environment opens the way unnoticed: the handshake is the tenant's.
      return ending.timed_out || ending.proxy_unverified ? WireError::proxy : error;
    case WireError::none:
    case WireError::too_large:
    case WireError::proxy:
    case WireError::monitor:
      break;
  }
  return error;
}

}  // namespace reinfer
