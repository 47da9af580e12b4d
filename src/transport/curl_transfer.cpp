#include "transport/curl_transfer.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "base/check.h"
#include "base/duration.h"
#include "base/small_file.h"
#include "transport/curl_facts.h"
#include "transport/curl_library.h"
#include "transport/curl_options.h"
#include "transport/lookup_means.h"
#include "transport/timing/socket_facts.h"
#include "transport/tls_facts.h"

namespace reinfer::transport {
namespace {

// libcurl takes no header line longer than this, and has no code of its own for it.
constexpr std::uint64_t kLineBytes = 64 * 1024;

}  // namespace

CurlTransfer::CurlTransfer(ProbeId id, model::Request request, LoopParts loop)
    : id_(id),
      request_(std::move(request)),
      loop_(loop),
      route_(route_of(request_)),
      reply_(exchange_, request_.body_bytes_max),
      observer_(loop.kernel, route_.tls) {}

void CurlTransfer::take_handle() {
  curl_ = loop_.handles.take(request_, route_, loop_.ca_bundle);
  set_message(handle(), request_, route_, header_lines_, connect_to_);
  // A number is one address.
  set_connect_limit(
      handle(), route_.numeric ? kNoConnectLimit : limit_until_first_socket(request_.deadlines));
  set_callbacks();
}

void CurlTransfer::leave_handle() {
  // Its last error of the system is never forgotten, and who asked for a fresh connection would
  // ask for one again.
  if (handle_is_clean_ && os_error() == 0) loop_.handles.give_back(std::move(curl_));
}

void CurlTransfer::note_active() {
  if (!loop_.iteration.note_active(id_)) return;
  const base::MonoTime now = base::mono_now();
  observer_.note_active(now, loop_.iteration.delay.at(now));
}

void CurlTransfer::try_next_address() {
  if (tries_next_address_at_once() || stage() != model::Stage::connect) return;
  // It opens the next socket when it looks at the transfer again, which it does at once if the
  // transfer was paused and goes on.
  curl_easy_pause(handle(), CURLPAUSE_RECV);
  curl_easy_pause(handle(), CURLPAUSE_CONT);
}

bool CurlTransfer::take_restart(base::MonoTime now) {
  if (!std::exchange(wants_fresh_, false)) return false;
  set_option(handle(), CURLOPT_FRESH_CONNECT, 1L);
  was_restarted_ = true;
  curl_begun_ = now;
  error_text_ = {};
  return true;
}

const std::string& CurlTransfer::ca_file() const {
  return request_.network.ca_file.empty() ? loop_.ca_bundle : request_.network.ca_file;
}

std::optional<std::string> CurlTransfer::find_file_fault() const {
  const model::NetworkOptions& network = request_.network;
  // Without TLS no file is read.
  if (!route_.tls && !route_.tls_proxy) return std::nullopt;
  const bool own = route_.own_store && !ca_file().empty();
  if (own)
    if (const auto store = loop_.stores.find(ca_file()); !store) return store.error();
  for (const std::string* path :
       {&network.ca_file, &network.client_certificate, &network.client_key}) {
    if (path->empty() || (own && path == &network.ca_file)) continue;
    if (const auto fault = base::find_file_fault(*path)) return *path + " " + fault->text;
  }
  return std::nullopt;
}

bool CurlTransfer::is_refused(LookupLimit& lookups, base::MonoTime now) {
  if (auto fault = find_file_fault()) {
    refused_start_ = std::move(*fault);
  } else if (!route_.numeric && !lookups.allows(route_.host, now)) {
    refused_start_ = "too many name lookups are under way, their server does not answer";
    exchange_.lookup_refused = true;
  }
  return !refused_start_.empty();
}

bool CurlTransfer::is_flooded() {
  if (loop_.frames.exceeded(id_)) return true;
  // A body in chunks of one byte, in TLS records of their own, takes less.
  constexpr std::uint64_t kBytesForEach = 32;
  const std::uint64_t most =
      2 * kHeaderBytesRefused + kBytesForEach * std::uint64_t{request_.body_bytes_max};
  if (times_ready_to_send_ == 0 || observer_.received() <= most) return false;
  reply_.refuse_endless();
  return true;
}

std::optional<base::MonoTime> CurlTransfer::curl_stamp(CURLINFO info) const {
  curl_off_t microseconds = 0;
  curl_easy_getinfo(handle(), info, &microseconds);
  if (microseconds == 0) return std::nullopt;
  return curl_begun_ + std::chrono::microseconds(microseconds);
}

WireStamps CurlTransfer::with_curl_stamps(WireStamps stamps) const {
  if (exchange_.connection_reused) return stamps;
  stamps.resolved = curl_stamp(CURLINFO_NAMELOOKUP_TIME_T);
  if (!stamps.connected) stamps.connected = curl_stamp(CURLINFO_CONNECT_TIME_T);
  if (route_.tls) stamps.tls_done = curl_stamp(CURLINFO_APPCONNECT_TIME_T);
  return stamps;
}

model::Stage CurlTransfer::stage() const {
  if (observer_.stamps().ours().first_byte) return model::Stage::receive;
  if (observer_.stamps().ours().sent) return model::Stage::wait;
  if (times_ready_to_send_ > 0) return model::Stage::send;
  const WireStamps now = with_curl_stamps(observer_.stamps().ours());
  if (!now.resolved && !route_.numeric) return model::Stage::resolve;
  if (!now.connected) return model::Stage::connect;
  return route_.tls && !now.tls_done ? model::Stage::tls : model::Stage::send;
}

base::MonoTime CurlTransfer::limit() const {
  const WireStamps now = with_curl_stamps(observer_.stamps().ours());
  const model::Deadlines& limits = request_.deadlines;
  const base::MonoTime whole = now.start + limits.total;
  switch (stage()) {
    case model::Stage::resolve:
      return std::min(whole, now.start + limits.resolve);
    case model::Stage::connect:
      return std::min(whole, now.resolved.value_or(now.start) + limits.connect);
    case model::Stage::tls:
      return std::min(whole, now.connected.value_or(now.start) + limits.tls);
    case model::Stage::send:
    case model::Stage::wait:
    case model::Stage::receive:
    case model::Stage::done:
      break;
  }
  return whole;
}

base::MonoTime CurlTransfer::deadline() const {
  const base::MonoTime last_moment = observer_.stamps().ours().start + 2 * request_.deadlines.total;
  return std::min(limit() + observer_.stamps().our_delay(), last_moment);
}

base::MonoTime CurlTransfer::next_look(base::MonoTime now) const {
  const model::Deadlines& limits = request_.deadlines;
  const bool request_left = stage() >= model::Stage::send;
  const base::Nanoseconds shortest = std::min({limits.resolve, limits.connect, limits.tls});
  return request_left ? deadline() : std::min(deadline(), now + shortest);
}

bool CurlTransfer::is_at_proxy(long connect_reply) const {
  if (route_.proxy == ProxyUse::never || times_ready_to_send_ > 0) return false;
  if (connect_reply / 100 == 2) return false;
  // libcurl has a code of its own for everything that a SOCKS proxy refuses.
  if (route_.socks && observer_.stamps().ours().connected) return false;
  return route_.proxy == ProxyUse::always || port_differs_;
}

bool CurlTransfer::is_bad_proxy_url(const CurlEnding& ending) const {
  return ending.code == CURLE_COULDNT_CONNECT && !socket_tried_ && route_.proxy != ProxyUse::never;
}

long CurlTransfer::os_error() const {
  long error = 0;
  curl_easy_getinfo(handle(), CURLINFO_OS_ERRNO, &error);
  return error;
}

CurlEnding CurlTransfer::ending(base::MonoTime now, std::optional<CURLcode> code) const {
  CurlEnding ending;
  ending.code = code.value_or(CURLE_OPERATION_TIMEDOUT);
  // Its code would be that of the callback which forbade the repetition.
  if (refused_repeat_) ending.code = CURLE_HTTP2_STREAM;
  ending.timed_out = !code;
  ending.text = error_text_.data();
  ending.refused = reply_.refused();
  ending.body_cut = reply_.is_cut();
  ending.headers_cut = observer_.stamps().ours().first_byte && !reply_.head_complete();
  ending.endless_line = !reply_.head_complete() && observer_.received() > kLineBytes;
  ending.out_of_sockets = out_of_sockets_ && ending.code == CURLE_COULDNT_CONNECT;
  ending.stage = stage();
  ending.unacknowledged = ending.timed_out && observer_.unacknowledged();
  ending.took = now - observer_.stamps().ours().start;
  ending.our_delay = observer_.stamps().our_delay();
  ending.time_left = limit() + observer_.stamps().our_delay() > deadline();
  curl_easy_getinfo(handle(), CURLINFO_HTTP_CONNECTCODE, &ending.proxy_status);
  ending.at_proxy = is_at_proxy(ending.proxy_status) || is_bad_proxy_url(ending);
  long proxy_unverified = 0;
  curl_easy_getinfo(handle(), CURLINFO_PROXY_SSL_VERIFYRESULT, &proxy_unverified);
  ending.proxy_unverified = proxy_unverified != 0;
  ending.chunked_body = reply_.chunked();
  ending.alert = loop_.alerts.seen(id_);
  if (const RefusedCertificate* refused = loop_.certificates.refused(id_))
    ending.refused_certificate = refused->cause;
  const bool lookup_failed =
      code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY;
  ending.no_lookup_means = lookup_failed && !has_lookup_means();
  // libcurl keeps the error of an address that it could not connect to before it tried the next
  // one.
  const long error = os_error();
  ending.os_error = error == os_error_before_ ? 0 : error;
  return ending;
}

std::string CurlTransfer::describe(const CurlEnding& ending, model::WireError error) const {
  if (!refused_start_.empty()) return refused_start_;
  if (is_our_delay(ending))
    return fmt::format("the exporter itself was held up, for {} of {}",
                       base::describe_duration(ending.our_delay),
                       base::describe_duration(ending.took));
  if (ending.timed_out)
    return (error == model::WireError::proxy ? "proxy: " : "") +
           describe_timeout(ending, request_.deadlines);
  if (ending.no_lookup_means) return "no thread or no descriptors to look the name up";
  if (ending.refused != Refused::nothing) return reply_.why_refused();
  if (error == model::WireError::bad_body && ending.body_cut) return "gzip without its end";
  if (error == model::WireError::bad_body && ending.endless_line)
    return "a header line without end";
  if (error == model::WireError::bad_body && ending.chunked_body) return "broken chunks";
  const RefusedCertificate* certificate = loop_.certificates.refused(id_);
  if (certificate != nullptr && is_refusal(ending)) return certificate->text;
  if (ending.code == CURLE_OK) return {};
  if (refused_repeat_) return "the server refused the request's stream (HTTP/2)";
  // libcurl quotes the proxy's URL, which may hold a password.
  if (is_bad_proxy_url(ending)) return "the proxy's URL is not one";
  if (!ending.text.empty()) return std::string(ending.text);
  return curl_easy_strerror(static_cast<CURLcode>(ending.code));
}

model::Exchange CurlTransfer::end(base::MonoTime now, std::optional<CURLcode> code) {
  handle_is_clean_ = code == CURLE_OK && !was_restarted_;
  if (loop_.frames.exceeded(id_)) reply_.refuse_endless();
  const CurlEnding how = ending(now, code);
  exchange_.error = wire_error_of(how);
  exchange_.stage = exchange_.error == model::WireError::none ? model::Stage::done : how.stage;
  exchange_.cause = cause_of(how, exchange_.error);
  exchange_.error_text = describe(how, exchange_.error);
  exchange_.route = {route_.proxy == ProxyUse::never, route_.pinned_address};
  long status = 0;
  curl_easy_getinfo(handle(), CURLINFO_RESPONSE_CODE, &status);
  if (status > 0 && observer_.stamps().ours().first_byte)
    exchange_.http_status = static_cast<int>(status);
  finish_stamps(now);
  exchange_.resent = times_ready_to_send_ > 1;
  note_address(exchange_);
  loop_.alerts.forget(id_);
  loop_.frames.forget(id_);
  loop_.certificates.forget(id_);
  return std::move(exchange_);
}

void CurlTransfer::finish_stamps(base::MonoTime now) {
  observer_.end(now, exchange_.stage == model::Stage::done);
  WireStamps stamps = with_curl_stamps(observer_.stamps().best());
  if (route_.numeric) stamps.resolved.reset();
  exchange_.phases = phases_from(stamps, exchange_.stage);
  exchange_.clock_source = observer_.stamps().source();
  exchange_.uncertainty = observer_.stamps().uncertainty();
  exchange_.tcp = observer_.tcp();
}

void CurlTransfer::note_address(model::Exchange& exchange) const {
  const char* address = nullptr;
  long port = 0;
  curl_easy_getinfo(handle(), CURLINFO_PRIMARY_IP, &address);
  curl_easy_getinfo(handle(), CURLINFO_PRIMARY_PORT, &port);
  if (address == nullptr || *address == '\0') return;
  const bool v6 = std::string_view(address).find(':') != std::string_view::npos;
  exchange.remote_address =
      v6 ? fmt::format("[{}]:{}", address, port) : fmt::format("{}:{}", address, port);
}

}  // namespace reinfer::transport
