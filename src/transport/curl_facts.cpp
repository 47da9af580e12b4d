#include "transport/curl_facts.h"

#include <curl/curl.h>

#include <fmt/format.h>

#include <cerrno>

#include "base/duration.h"

namespace reinfer::transport {
namespace {

model::WireError of_timeout(const CurlEnding& ending) {
  switch (ending.stage) {
    case model::Stage::resolve:
      return model::WireError::resolve;
    case model::Stage::connect:
      return model::WireError::connect_timeout;
    case model::Stage::tls:
      return model::WireError::tls;
    case model::Stage::send:
    case model::Stage::wait:
    case model::Stage::receive:
    case model::Stage::done:
      break;
  }
  // The request, or the rest of it, is not at the server: the server cannot be late with a reply.
  return ending.unacknowledged ? model::WireError::connection_lost
                               : model::WireError::response_timeout;
}

// With TLS 1.3 a server refuses our certificate, or its absence, only after our handshake is over.
bool is_late_refusal(const CurlEnding& ending) {
  return ending.alert == TlsAlert::received && ending.stage < model::Stage::receive;
}

model::WireError of_receive_error(const CurlEnding& ending) {
  if (is_late_refusal(ending)) return model::WireError::tls;
  // libcurl has no code for broken chunking: it says that receiving failed, but then neither the
  // socket nor TLS has failed. EPIPE is the error of a write, here of closing the connection.
  const bool socket_failed = ending.os_error != 0 && ending.os_error != EPIPE;
  const bool connection_failed = socket_failed || ending.alert != TlsAlert::none;
  if (ending.chunked_body && !connection_failed) return model::WireError::bad_body;
  return model::WireError::connection_lost;
}

// Without regard to a proxy, except for the codes that name one.
model::WireError of_code(const CurlEnding& ending) {
  // CURLcode has about a hundred enumerators; those not listed are our own doing.
  switch (ending.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return model::WireError::resolve;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
      return model::WireError::proxy;
    case CURLE_COULDNT_CONNECT:
      return model::WireError::connect;
    case CURLE_OPERATION_TIMEDOUT:
      return of_timeout(ending);
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CLIENTCERT:  // the server wants one, and there is none or another
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
      return model::WireError::tls;
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
      return is_late_refusal(ending) ? model::WireError::tls : model::WireError::connection_lost;
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2_STREAM:
      return model::WireError::connection_lost;
    case CURLE_RECV_ERROR:
      return of_receive_error(ending);
    case CURLE_WRITE_ERROR:  // our callbacks took all; then a transfer coding is broken
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:  // an HTTP/0.9 reply
    case CURLE_HTTP2:
      return model::WireError::bad_body;
    default:
      return model::WireError::monitor;
  }
}

// The peer, a middlebox or the kernel has given up a connection that had begun well.
bool is_given_up(model::WireError error, int code) {
  return error == model::WireError::connection_lost || code == CURLE_OPERATION_TIMEDOUT ||
         (error == model::WireError::tls && code == CURLE_SSL_CONNECT_ERROR);
}

model::WireError of_refused(Refused refused) {
  if (refused == Refused::memory) return model::WireError::monitor;
  return refused == Refused::body ? model::WireError::too_large : model::WireError::bad_body;
}

// A line that libcurl has no room for: the first code is that of 7.88, the other has been
// CURLE_TOO_LARGE since 8.6.
bool is_out_of_room(int code) {
  constexpr int kCurlTooLarge = 100;
  return code == CURLE_OUT_OF_MEMORY || code == kCurlTooLarge;
}

model::WireError of_ending(const CurlEnding& ending) {
  if (ending.timed_out) return of_timeout(ending);
  if (ending.refused != Refused::nothing) return of_refused(ending.refused);
  if (ending.no_lookup_means || ending.out_of_sockets) return model::WireError::monitor;
  // libcurl 7.88 reports success when the connection closes within the headers.
  if (ending.code == CURLE_OK && ending.headers_cut) return model::WireError::connection_lost;
  if (ending.code == CURLE_OK)
    return ending.body_cut ? model::WireError::bad_body : model::WireError::none;
  const bool endless = ending.endless_line || ending.chunked_body;
  if (endless && is_out_of_room(ending.code)) return model::WireError::bad_body;
  return of_code(ending);
}

}  // namespace

bool is_our_delay(const CurlEnding& ending) {
  // A peer waits at least this long for a client that says nothing.
  constexpr base::Nanoseconds kPeerPatience = std::chrono::seconds(5);
  if (ending.timed_out) return ending.time_left;
  // libcurl's own limit for a lookup is beyond ours (limit_until_first_socket).
  if (ending.code == CURLE_OPERATION_TIMEDOUT && ending.stage == model::Stage::resolve) return true;
  // After the request was sent, only the peer was to act.
  if (ending.stage > model::Stage::send) return false;
  if (!is_given_up(of_ending(ending), ending.code)) return false;
  return ending.our_delay >= kPeerPatience && ending.our_delay > ending.took / 2;
}

model::WireError wire_error_of(const CurlEnding& ending) {
  if (is_our_delay(ending)) return model::WireError::monitor;
  const model::WireError error = of_ending(ending);
  if (error != model::WireError::none && ending.proxy_status >= 300) return model::WireError::proxy;
  if (!ending.at_proxy) return error;
  if (!ending.timed_out && is_out_of_room(ending.code)) return model::WireError::proxy;
  switch (error) {
    case model::WireError::resolve:
    case model::WireError::connect:
    case model::WireError::connect_timeout:
    case model::WireError::response_timeout:
    case model::WireError::connection_lost:
    case model::WireError::bad_body:
      return model::WireError::proxy;
    case model::WireError::tls:
      // A SOCKS proxy of the environment connects us without a sign: the handshake is the tenant's.
      return ending.timed_out || ending.proxy_unverified ? model::WireError::proxy : error;
    case model::WireError::none:
    case model::WireError::too_large:
    case model::WireError::proxy:
    case model::WireError::monitor:
      break;
  }
  return error;
}

bool is_refusal(const CurlEnding& ending) {
  return ending.refused_certificate && ending.code == CURLE_PEER_FAILED_VERIFICATION;
}

std::string describe_timeout(const CurlEnding& ending, const model::Deadlines& limits) {
  switch (ending.stage) {
    case model::Stage::resolve:
      return fmt::format("no address within {}", base::format_duration(limits.resolve));
    case model::Stage::connect:
      return fmt::format("no connection within {}", base::format_duration(limits.connect));
    case model::Stage::tls:
      return fmt::format("TLS handshake not done within {}", base::format_duration(limits.tls));
    case model::Stage::send:
    case model::Stage::wait:
    case model::Stage::receive:
    case model::Stage::done:
      break;
  }
  const std::string total = base::format_duration(limits.total);
  if (ending.unacknowledged)
    return fmt::format("no acknowledgement of what was sent, and sent again, within {}", total);
  return ending.stage == model::Stage::send || ending.stage == model::Stage::wait
             ? fmt::format("no reply within {}", total)
             : fmt::format("reply not complete within {}", total);
}

model::Cause cause_of(const CurlEnding& ending, model::WireError error) {
  if (error == model::WireError::resolve)
    return ending.timed_out ? model::Cause::name_late : model::Cause::name_unknown;
  if (error == model::WireError::connection_lost && ending.timed_out)
    return model::Cause::never_acknowledged;
  if (error != model::WireError::tls || ending.timed_out) return model::Cause::unknown;
  if (is_refusal(ending)) return *ending.refused_certificate;
  // Then it is libcurl that refused: it compares the host's name.
  if (ending.code == CURLE_PEER_FAILED_VERIFICATION) return model::Cause::other_host;
  const bool late = is_late_refusal(ending) || ending.code == CURLE_SSL_CLIENTCERT;
  return late ? model::Cause::certificate_wanted : model::Cause::unknown;
}

}  // namespace reinfer::transport
