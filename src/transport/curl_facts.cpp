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
  const bool chunking = text.find("chunked-encoding") != std::string_view::npos;
  return chunking ? WireError::bad_body : WireError::connection_lost;
}

}  // namespace

WireError wire_error_of(const CurlEnding& ending) {
  if (ending.timed_out) return of_timeout(ending.stage);
  if (ending.too_large) return WireError::too_large;
  if (ending.out_of_sockets) return WireError::monitor;
  // libcurl 7.88 takes a connection that closes within the headers for the end of an empty reply.
  if (ending.code == CURLE_OK && ending.headers_cut) return WireError::connection_lost;
  if (ending.code == CURLE_OK) return WireError::none;
  if (ending.proxy_status >= 300) return WireError::proxy;
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

}  // namespace reinfer
