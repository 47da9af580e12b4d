#include "transport/curl_transfer.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "base/check.h"
#include "base/duration.h"
#include "base/text.h"
#include "transport/curl_facts.h"
#include "transport/tls_facts.h"

namespace reinfer {
namespace {

// Long enough that a probe every few minutes still finds its connection, short enough that the
// server's certificate is seen again every hour.
constexpr long kConnectionAgeSecondsMax = 3600;
// A CA bundle that was replaced is noticed within this time.
constexpr long kCaCacheSeconds = 60;

std::string host_of(const std::string& url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), curl_url_cleanup);
  char* host = nullptr;
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
      curl_url_get(parsed.get(), CURLUPART_HOST, &host, 0) != CURLUE_OK)
    return {};
  std::string result(host);
  curl_free(host);
  return std::string(trim(result, "[]"));
}

bool is_numeric(const std::string& host) {
  in6_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || (is_numeric(host) && host.rfind("127.", 0) == 0);
}

template <typename Value>
void set(CURL* easy, CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(easy, option, value);
  check(code == CURLE_OK || code == CURLE_OUT_OF_MEMORY, "libcurl knows the options we set");
}

long to_milliseconds(Nanoseconds d) {
  return static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(d).count());
}

std::string describe_timeout(Stage stage, const Deadlines& limits) {
  switch (stage) {
    case Stage::resolve:
      return fmt::format("no address within {}", format_duration(limits.resolve));
    case Stage::connect:
      return fmt::format("no connection within {}", format_duration(limits.connect));
    case Stage::tls:
      return fmt::format("TLS handshake not done within {}", format_duration(limits.tls));
    case Stage::send:
    case Stage::wait:
      return fmt::format("no reply within {}", format_duration(limits.total));
    case Stage::receive:
    case Stage::done:
      break;
  }
  return fmt::format("reply not complete within {}", format_duration(limits.total));
}

}  // namespace

CurlTransfer::CurlTransfer(ProbeId id, Request request, const std::string& ca_bundle,
                           std::vector<CurlTransfer*>& sending)
    : id_(id),
      request_(std::move(request)),
      sending_(sending),
      numeric_host_(is_numeric(host_of(request_.url))),
      tls_expected_(request_.url.rfind("https://", 0) == 0),
      easy_(curl_easy_init()) {
  check(easy_ != nullptr, "libcurl has memory for a handle");
  set_up_request();
  set_up_connection(ca_bundle);
}

CurlTransfer::~CurlTransfer() {
  // One of the lines holds the token.
  for (curl_slist* line = header_lines_; line != nullptr; line = line->next) {
    volatile char* bytes = line->data;
    while (*bytes != '\0')
      *bytes++ = '\0';
  }
  curl_slist_free_all(header_lines_);
}

CurlTransfer& CurlTransfer::of(CURL* handle) {
  void* self = nullptr;
  curl_easy_getinfo(handle, CURLINFO_PRIVATE, &self);
  return *static_cast<CurlTransfer*>(self);
}

void CurlTransfer::add_header(const std::string& line) {
  curl_slist* longer = curl_slist_append(header_lines_, line.c_str());
  check(longer != nullptr, "libcurl has memory for a header");
  header_lines_ = longer;
}

void CurlTransfer::set_up_request() {
  CURL* easy = easy_.get();
  for (const Header& header : request_.headers)
    add_header(header.name + ": " + header.value);
  if (!request_.bearer.empty()) add_header("Authorization: Bearer " + request_.bearer.reveal());
  if (request_.method == "POST") {
    add_header("Expect:");  // or libcurl would wait for a 100 before a large body
    set(easy, CURLOPT_POST, 1L);
    set(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(request_.body.size()));
    set(easy, CURLOPT_POSTFIELDS, request_.body.c_str());
  }
  set(easy, CURLOPT_HTTPHEADER, header_lines_);
  set(easy, CURLOPT_URL, request_.url.c_str());
  set(easy, CURLOPT_PATH_AS_IS, 1L);
  set(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  set(easy, CURLOPT_PRIVATE, this);
  set(easy, CURLOPT_ERRORBUFFER, error_text_.data());
  set(easy, CURLOPT_HEADERFUNCTION, &CurlTransfer::on_header);
  set(easy, CURLOPT_HEADERDATA, this);
  set(easy, CURLOPT_WRITEFUNCTION, &CurlTransfer::on_body);
  set(easy, CURLOPT_WRITEDATA, this);
  set(easy, CURLOPT_PREREQFUNCTION, &CurlTransfer::on_ready_to_send);
  set(easy, CURLOPT_PREREQDATA, this);
  set(easy, CURLOPT_OPENSOCKETFUNCTION, &CurlTransfer::on_open_socket);
  set(easy, CURLOPT_OPENSOCKETDATA, this);
}

void CurlTransfer::set_up_connection(const std::string& ca_bundle) {
  CURL* easy = easy_.get();
  const std::string& ca = request_.network.ca_file.empty() ? ca_bundle : request_.network.ca_file;
  // Without an explicit file, or with a directory beside it, libcurl's CA cache is off and every
  // handshake reads the bundle again.
  if (!ca.empty()) set(easy, CURLOPT_CAINFO, ca.c_str());
  set(easy, CURLOPT_CAPATH, nullptr);
  set(easy, CURLOPT_CA_CACHE_TIMEOUT, kCaCacheSeconds);
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(easy, CURLOPT_NOSIGNAL, 1L);
  // Or giving up on a name would wait for the resolver's thread, and all probes with it.
  set(easy, CURLOPT_QUICK_EXIT, 1L);
  if (is_loopback(host_of(request_.url))) set(easy, CURLOPT_PROXY, "");
  if (request_.connection == ConnectionMode::fresh) {
    set(easy, CURLOPT_FRESH_CONNECT, 1L);
    set(easy, CURLOPT_FORBID_REUSE, 1L);
    set(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
    set(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
  } else {
    set(easy, CURLOPT_MAXAGE_CONN, kConnectionAgeSecondsMax);
    set(easy, CURLOPT_MAXLIFETIME_CONN, kConnectionAgeSecondsMax);
  }
  // Our own deadlines are the ones that count; libcurl needs this one to share the time out between
  // the addresses of a host.
  const Deadlines& limits = request_.deadlines;
  set(easy, CURLOPT_CONNECTTIMEOUT_MS,
      to_milliseconds(limits.resolve + limits.connect + limits.tls));
}

std::size_t CurlTransfer::on_header(char* line, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  Exchange& exchange = transfer.exchange_;
  const std::string_view text(line, size * count);
  if (text.rfind("HTTP/", 0) == 0) {
    // A new status line: what came before was an interim reply (100, 103).
    transfer.stamps_.first_byte = mono_now();
    transfer.headers_complete_ = false;
    exchange.headers.clear();
    transfer.header_bytes_ = 0;
    return text.size();
  }
  if (trim(text).empty()) transfer.headers_complete_ = true;
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return text.size();
  transfer.header_bytes_ += text.size();
  if (exchange.headers.size() == kHeaderLinesMax || transfer.header_bytes_ > kHeaderBytesMax)
    ++exchange.headers_dropped;
  else
    exchange.headers.push_back(
        {std::string(trim(text.substr(0, colon))), std::string(trim(text.substr(colon + 1)))});
  return text.size();
}

std::size_t CurlTransfer::on_body(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  const std::size_t length = size * count;
  std::string& body = transfer.exchange_.body;
  if (length > transfer.request_.body_bytes_max - body.size()) {
    transfer.too_large_ = true;
    return CURL_WRITEFUNC_ERROR;
  }
  body.append(bytes, length);
  return length;
}

int CurlTransfer::on_ready_to_send(void* self, char*, char*, int, int) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  CURL* easy = transfer.easy_.get();
  transfer.sending_.push_back(&transfer);
  ++transfer.times_ready_to_send_;
  long connections = 0;
  curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connections);
  transfer.exchange_.connection_reused = connections == 0;
  const curl_tlssessioninfo* session = nullptr;
  curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &session);
  const bool tls = session != nullptr && session->backend == CURLSSLBACKEND_OPENSSL;
  if (connections > 0 && tls && session->internals != nullptr)
    transfer.exchange_.tls = read_tls_facts(static_cast<ssl_st*>(session->internals));
  return CURL_PREREQFUNC_OK;
}

curl_socket_t CurlTransfer::on_open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  const int fd =
      socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->protocol);
  auto& transfer = *static_cast<CurlTransfer*>(self);
  if (fd >= 0) {
    transfer.opened_.push_back(fd);
    return fd;
  }
  // An address family that this host lacks is an answer of the network, not a lack of ours.
  transfer.out_of_sockets_ = errno != EAFNOSUPPORT;
  return CURL_SOCKET_BAD;
}

void CurlTransfer::note_event(curl_socket_t socket, MonoTime now) {
  if (stamps_.connected) return;
  // The resolver's descriptor is not one of ours.
  if (std::find(opened_.begin(), opened_.end(), socket) == opened_.end()) return;
  sockaddr_storage peer{};
  socklen_t length = sizeof peer;
  if (getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &length) == 0)
    stamps_.connected = now;
}

void CurlTransfer::stamp_sent(MonoTime now) {
  // The reply to a request cannot overtake it, but both may happen in one run of libcurl.
  stamps_.sent = stamps_.first_byte ? std::min(now, *stamps_.first_byte) : now;
}

std::optional<MonoTime> CurlTransfer::curl_stamp(CURLINFO info) const {
  curl_off_t microseconds = 0;
  curl_easy_getinfo(easy_.get(), info, &microseconds);
  if (microseconds == 0) return std::nullopt;
  return stamps_.start + std::chrono::microseconds(microseconds);
}

WireStamps CurlTransfer::stamps() const {
  WireStamps stamps = stamps_;
  if (exchange_.connection_reused) return stamps;
  stamps.resolved = curl_stamp(CURLINFO_NAMELOOKUP_TIME_T);
  if (!stamps.connected) stamps.connected = curl_stamp(CURLINFO_CONNECT_TIME_T);
  if (tls_expected_) stamps.tls_done = curl_stamp(CURLINFO_APPCONNECT_TIME_T);
  return stamps;
}

Stage CurlTransfer::stage() const {
  if (stamps_.first_byte) return Stage::receive;
  if (stamps_.sent) return Stage::wait;
  if (times_ready_to_send_ > 0) return Stage::send;
  const WireStamps now = stamps();
  if (!now.resolved && !numeric_host_) return Stage::resolve;
  if (!now.connected) return Stage::connect;
  return tls_expected_ && !now.tls_done ? Stage::tls : Stage::send;
}

MonoTime CurlTransfer::deadline() const {
  const WireStamps now = stamps();
  const Deadlines& limits = request_.deadlines;
  const MonoTime whole = stamps_.start + limits.total;
  switch (stage()) {
    case Stage::resolve:
      return std::min(whole, stamps_.start + limits.resolve);
    case Stage::connect:
      return std::min(whole, now.resolved.value_or(stamps_.start) + limits.connect);
    case Stage::tls:
      return std::min(whole, now.connected.value_or(stamps_.start) + limits.tls);
    case Stage::send:
    case Stage::wait:
    case Stage::receive:
    case Stage::done:
      break;
  }
  return whole;
}

MonoTime CurlTransfer::next_look(MonoTime now) const {
  const Deadlines& limits = request_.deadlines;
  const bool request_left = stage() >= Stage::send;
  const Nanoseconds shortest = std::min({limits.resolve, limits.connect, limits.tls});
  return request_left ? deadline() : std::min(deadline(), now + shortest);
}

Exchange CurlTransfer::end(MonoTime now, std::optional<CURLcode> code) {
  CurlEnding ending;
  ending.code = code.value_or(CURLE_OPERATION_TIMEDOUT);
  ending.timed_out = !code;
  ending.text = error_text_.data();
  ending.too_large = too_large_;
  ending.headers_cut = stamps_.first_byte && !headers_complete_;
  ending.out_of_sockets = out_of_sockets_ && ending.code == CURLE_COULDNT_CONNECT;
  ending.stage = stage();
  curl_easy_getinfo(easy_.get(), CURLINFO_HTTP_CONNECTCODE, &ending.proxy_status);

  exchange_.error = wire_error_of(ending);
  exchange_.stage = exchange_.error == WireError::none ? Stage::done : ending.stage;
  if (ending.timed_out)
    exchange_.error_text = describe_timeout(ending.stage, request_.deadlines);
  else if (exchange_.error == WireError::too_large)
    exchange_.error_text = fmt::format("body over {} bytes", request_.body_bytes_max);
  else if (code != CURLE_OK)
    exchange_.error_text =
        ending.text.empty() ? curl_easy_strerror(*code) : std::string(ending.text);
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status > 0 && stamps_.first_byte) exchange_.http_status = static_cast<int>(status);

  stamps_.end = now;
  WireStamps complete = stamps();
  if (numeric_host_) complete.resolved.reset();
  exchange_.phases = phases_from(complete, exchange_.stage);
  exchange_.resent = times_ready_to_send_ > 1;
  note_address(exchange_);
  return std::move(exchange_);
}

void CurlTransfer::note_address(Exchange& exchange) const {
  const char* address = nullptr;
  long port = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_PRIMARY_IP, &address);
  curl_easy_getinfo(easy_.get(), CURLINFO_PRIMARY_PORT, &port);
  if (address == nullptr || *address == '\0') return;
  const bool v6 = std::string_view(address).find(':') != std::string_view::npos;
  exchange.remote_address =
      v6 ? fmt::format("[{}]:{}", address, port) : fmt::format("{}:{}", address, port);
}

}  // namespace reinfer
