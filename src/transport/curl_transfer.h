// One exchange as a libcurl easy handle: its options, its callbacks, and the Exchange that results.
// CurlTransport makes and owns one for each probe; probe thread only. It neither waits nor knows
// other transfers.
//
// With a proxy, `resolve` and `connect` are the proxy's phases, `tls` lasts from there to a secure
// connection with the tenant (CONNECT or SOCKS, and both handshakes), and the remote address is the
// proxy's. The proxy's own reply is not taken for the tenant's.
#pragma once

#include <curl/curl.h>

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "transport/ca_stores.h"
#include "transport/certificate_checks.h"
#include "transport/curl_facts.h"
#include "transport/curl_handles.h"
#include "transport/curl_options.h"
#include "transport/curl_route.h"
#include "transport/frame_limit.h"
#include "transport/kept_sockets.h"
#include "transport/lookup_limit.h"
#include "transport/reply_reader.h"
#include "transport/socket_table.h"
#include "transport/timing/loop_iteration.h"
#include "transport/timing/socket_observer.h"
#include "transport/tls_alerts.h"
#include "transport/transport.h"

namespace reinfer::transport {

// The parts of CurlTransport's loop that its transfers report to. They outlive every transfer and
// every connection.
struct LoopParts {
  const std::string& ca_bundle;  // for requests that name no CA file
  KernelStamps& kernel;
  LoopIteration& iteration;
  SocketTable& sockets;
  KeptSockets& kept;
  FrameLimit& frames;
  TlsAlerts& alerts;
  CertificateChecks& certificates;
  CurlHandles& handles;
  CaStores& stores;
};

class CurlTransfer {
 public:
  CurlTransfer(ProbeId id, model::Request request, LoopParts loop);
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  ProbeId id() const { return id_; }
  // Null before take_handle().
  CURL* handle() const { return curl_.easy.get(); }

  void begin(base::MonoTime now) {
    observer_.begin(now);
    curl_begun_ = now;
  }

  // Whether libcurl must not get the request: it would wait for a certificate file that is a pipe,
  // or start one lookup too many. end() follows.
  bool is_refused(LookupLimit& lookups, base::MonoTime now);
  // To be called before libcurl gets the handle.
  void take_handle();
  // After end(), when libcurl no longer has the handle. The transfer is over.
  void leave_handle();
  // Of the URL.
  const std::string& host() const { return route_.host; }

  // The loop reports events on its sockets to it.
  SocketObserver& observer() { return observer_; }

  // libcurl works on this transfer, with or without an event of its sockets.
  void note_active();
  // And on this socket of it; false: there is no memory to know it.
  bool note_socket(int socket);
  // The kernel or we have no room to watch a socket of it: the exchange fails on our side.
  void note_unwatchable() { out_of_sockets_ = unwatchable_ = true; }
  bool is_unwatchable() const { return unwatchable_; }
  // Whether the peer has sent more than any reply needs, such as chunk extensions without end. Then
  // the exchange is to be ended.
  bool is_flooded();

  // Whether nothing was sent because the kept connection was not clean any more: the loop is to
  // start the handle again, which then gets a fresh connection. True once; with the time of that.
  bool take_restart(base::MonoTime now);

  // To be called for LoopIteration::left after libcurl returns: it has given up an address.
  void try_next_address();
  // To be called for LoopIteration::sending after libcurl returns: the request is sent, because our
  // requests fit a socket buffer and are written at once.
  void stamp_sent(base::MonoTime now) { observer_.request_left(now); }

  // The current stage, and when it, or the whole exchange, must be over. Our own delay is added to
  // each limit, so that an exchange that is out of time had all of it; but no exchange lasts longer
  // than twice its whole limit.
  model::Stage stage() const;
  base::MonoTime deadline() const;
  // The deadlines of this stage and of all later ones are at or after this moment.
  base::MonoTime next_look(base::MonoTime now) const;

  // The exchange is over, and these are its facts. `code` is libcurl's result, nullopt if the
  // deadline ended it. To be called once.
  model::Exchange end(base::MonoTime now, std::optional<CURLcode> code);

 private:
  void set_callbacks();
  const std::string& ca_file() const;
  std::optional<std::string> find_file_fault() const;
  std::optional<base::MonoTime> curl_stamp(CURLINFO info) const;
  // Whether the connection that libcurl would send on is a kept one on which something waits.
  bool is_unclean(int local_port, const ssl_st* ssl) const;
  bool may_send_again() const;
  std::optional<int> opened_socket(int local_port) const;
  bool take_line(std::string_view line);
  template <typename Result, typename Call>
  Result guarded(Result refusal, Call call);
  int ready_to_send(int local_port);
  curl_socket_t open_socket(const curl_sockaddr& address);
  template <typename Take>
  std::size_t take_or_stop(std::size_t bytes, Take take);
  WireStamps with_curl_stamps(WireStamps stamps) const;
  void finish_stamps(base::MonoTime now);
  // Whether a proxy is used that has not connected us to the tenant yet. If libcurl chose the proxy
  // by itself, a port other than the tenant's is the only sign of it.
  bool is_at_proxy(long connect_reply) const;
  // libcurl gave up without opening a socket: its environment names no usable proxy.
  bool is_bad_proxy_url(const CurlEnding& ending) const;
  // CURLINFO_OS_ERRNO, 0 if no system call has failed.
  long os_error() const;
  // The configured limit of the current stage, without our own delay.
  base::MonoTime limit() const;
  CurlEnding ending(base::MonoTime now, std::optional<CURLcode> code) const;
  std::string describe(const CurlEnding& ending, model::WireError error) const;
  void note_address(model::Exchange& exchange) const;

  static std::size_t on_header(char* line, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self);
  CURLcode set_store(ssl_ctx_st* context);
  static CURLcode on_tls_context(CURL* easy, void* context, void* self);
  static int on_ready_to_send(void* self, char*, char*, int, int local_port);
  static curl_socket_t on_open_socket(void* self, curlsocktype, curl_sockaddr* address);

  const ProbeId id_;
  const model::Request request_;
  const LoopParts loop_;
  const Route route_;
  CurlList header_lines_;
  CurlList connect_to_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};

  model::Exchange exchange_;
  ReplyReader reply_;
  SocketObserver observer_;
  int times_ready_to_send_ = 0;
  std::vector<int> opened_;      // sockets
  base::MonoTime curl_begun_{};  // when libcurl got the handle
  bool wants_fresh_ = false;     // the kept connection was not clean
  bool was_restarted_ = false;   // for that
  std::string refused_start_;    // empty: it was not
  bool sent_as_http2_ = false;
  bool refused_repeat_ = false;  // libcurl wanted to send once more what had left already
  long os_error_before_ = 0;     // when it was last ready to send
  bool out_of_sockets_ = false;
  bool unwatchable_ = false;
  bool socket_tried_ = false;
  bool handle_is_clean_ = false;  // an exchange that went well leaves nothing in it
  bool port_differs_ = false;     // a socket was opened to a port other than the URL's

  // Last, so that it goes first: libcurl may use any of the above until then.
  CurlHandle curl_;
};

}  // namespace reinfer::transport
