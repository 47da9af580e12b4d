// One exchange as a libcurl easy handle: what is asked of libcurl, what its callbacks tell, and the
// Exchange that follows. Made by CurlTransport for each probe and owned by it; probe thread only.
// It neither waits nor knows of other transfers.
//
// Through a proxy, `resolve` and `connect` are about the proxy, `tls` is all from there to a secure
// connection with the tenant (the CONNECT exchange, or SOCKS', and both handshakes), and the remote
// address is the proxy's. What the proxy replies is no reply.
#pragma once

#include <curl/curl.h>

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "transport/curl_facts.h"
#include "transport/curl_options.h"
#include "transport/curl_route.h"
#include "transport/timing/loop_turn.h"
#include "transport/timing/socket_observer.h"
#include "transport/transport.h"

namespace reinfer::transport {

// Reply header lines beyond these are dropped and counted.
inline constexpr std::size_t kHeaderLinesMax = 200;
inline constexpr std::size_t kHeaderBytesMax = 64 * 1024;

class CurlTransfer {
 public:
  // `ca_bundle` is used where the request names no CA file. While libcurl runs, the transfer adds
  // itself to those of the turn that are sending when its request is about to leave.
  CurlTransfer(ProbeId id, model::Request request, const std::string& ca_bundle,
               KernelStamps& kernel, LoopTurn& turn);
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  ProbeId id() const { return id_; }
  CURL* handle() const { return easy_.get(); }
  // The transfer that `handle` belongs to.
  static CurlTransfer& of(CURL* handle);

  // libcurl is about to see it for the first time.
  void begin(base::MonoTime now) { observer_.begin(now); }

  // Its sockets, for the loop to report on.
  SocketObserver& observer() { return observer_; }

  // libcurl works on it: to be called in case there was no event that said so.
  void note_work();

  // To be called for those that are sending once libcurl has run: the request left just now,
  // because our requests fit a socket buffer and leave in one write.
  void stamp_sent(base::MonoTime now) { observer_.request_left(now); }

  // Where it stands, and when that stage, or the whole exchange, must be over. What we were late
  // for is given back, so that who is out of time had all of it; but no exchange lasts longer than
  // twice what it may last as a whole.
  model::Stage stage() const;
  base::MonoTime deadline() const;
  // No deadline, of this stage or of one yet to come, is before this.
  base::MonoTime next_look(base::MonoTime now) const;

  // The facts. `code` is libcurl's verdict, nullopt if the deadline ended it. Once only.
  model::Exchange end(base::MonoTime now, std::optional<CURLcode> code);

 private:
  struct FreeEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };

  void set_callbacks();
  std::optional<base::MonoTime> curl_stamp(CURLINFO info) const;
  WireStamps with_curl_stamps(WireStamps stamps) const;
  void note_status_line(std::string_view line);
  void note_headers_over();
  void finish_stamps(base::MonoTime now);
  // Whether a proxy is used that has not opened the way to the tenant yet. Of a proxy that libcurl
  // chose by itself only a port other than the tenant's tells.
  bool is_at_proxy(long connect_reply) const;
  // As in the configuration, by our clock.
  base::MonoTime limit() const;
  CurlEnding ending(base::MonoTime now, std::optional<CURLcode> code) const;
  std::string describe(const CurlEnding& ending, model::WireError error) const;
  void note_address(model::Exchange& exchange) const;

  static std::size_t on_header(char* line, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self);
  static int on_ready_to_send(void* self, char*, char*, int, int local_port);
  static curl_socket_t on_open_socket(void* self, curlsocktype, curl_sockaddr* address);

  const ProbeId id_;
  const model::Request request_;
  LoopTurn& turn_;
  const Route route_;
  CurlList header_lines_;
  CurlList connect_to_;
  std::unique_ptr<CURL, FreeEasy> easy_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};

  model::Exchange exchange_;
  SocketObserver observer_;
  std::size_t header_bytes_ = 0;
  int times_ready_to_send_ = 0;
  bool interim_ = false;  // the headers that come are of an interim reply
  bool headers_complete_ = false;
  bool body_announced_ = false;  // by a header
  bool too_large_ = false;
  bool out_of_sockets_ = false;
  bool port_differs_ = false;  // a socket was opened to a port other than the URL's
};

}  // namespace reinfer::transport
