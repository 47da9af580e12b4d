// libcurl's multi interface under our own epoll loop: it tells each transfer of its events before
// libcurl gets them, ends what is overdue or floods us, and collects what has ended. CurlTransport
// owns it; one probe thread uses it, but for wake(). It judges nothing.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <optional>
#include <queue>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/epoll.h"
#include "transport/certificate_checks.h"
#include "transport/curl_transfer.h"
#include "transport/lookup_limit.h"
#include "transport/socket_table.h"
#include "transport/timing/kernel_stamps.h"
#include "transport/timing/loop_lag.h"
#include "transport/timing/loop_sleep.h"
#include "transport/tls_alerts.h"

namespace reinfer::transport {

class CurlLoop {
 public:
  CurlLoop(std::size_t connections_max, model::ClockSource stamps);
  ~CurlLoop();
  CurlLoop(const CurlLoop&) = delete;
  CurlLoop& operator=(const CurlLoop&) = delete;

  void start(ProbeId id, model::Request request);
  std::vector<Completion> poll(base::MonoTime until);
  void wake() { epoll_.wake(); }
  base::Nanoseconds waited() const { return waited_; }

 private:
  struct Alarm {
    base::MonoTime when;
    ProbeId id;
    bool operator>(const Alarm& other) const { return when > other.when; }
  };

  base::MonoTime next_event(base::MonoTime until) const;
  bool wait_and_dispatch(base::MonoTime until);
  void before_wait(base::MonoTime now);
  std::size_t dispatch(std::span<const epoll_event> events, base::MonoTime until);
  void handle(std::uint64_t token, std::uint32_t ready);
  void run_curl(curl_socket_t socket, int events, bool may_read = true);
  void note_stop(base::MonoTime now);
  void end_flooded();
  void end_overdue();
  void collect_ended();
  void restart(const CurlTransfer& transfer);
  void end(CurlTransfer& transfer, std::optional<CURLcode> code);

  // The transfer that still runs under this id, or with this handle; or nullptr.
  CurlTransfer* running(std::optional<ProbeId> id) const;
  CurlTransfer* running(const CURL* easy) const;

  static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void*);
  static int on_close_socket(void* self, curl_socket_t socket);
  void socket_left(curl_socket_t socket);
  static int on_timer(CURLM*, long milliseconds, void* self);

  const std::string& ca_bundle_;
  base::Epoll epoll_;
  CURLM* multi_;
  std::optional<base::MonoTime> curl_timer_;
  SocketTable sockets_{epoll_};
  KeptSockets kept_;
  FrameLimit frames_;
  TlsAlerts alerts_;
  CertificateChecks certificates_;
  CurlHandles idle_handles_{&CurlLoop::on_close_socket, this};
  CaStores stores_;
  std::unordered_map<ProbeId, std::unique_ptr<CurlTransfer>> transfers_;
  // Of running transfers only: libcurl also calls back with handles of its own, and a handle that
  // it hands back is compared and never asked for anything.
  std::unordered_map<const CURL*, ProbeId> handles_;
  bool some_unwatchable_ = false;  // of the transfers: CurlTransfer::is_unwatchable()
  // When to look at a transfer's deadline. An entry may be out of date.
  std::priority_queue<Alarm, std::vector<Alarm>, std::greater<>> alarms_;
  std::vector<Completion> ended_;
  KernelStamps kernel_;
  LoopIteration iteration_;
  RunQueueDelay thread_delay_;
  base::Nanoseconds waited_{0};
  LoopLag lag_{base::mono_now()};
  LookupLimit lookups_;
  bool woken_ = false;
};

}  // namespace reinfer::transport
