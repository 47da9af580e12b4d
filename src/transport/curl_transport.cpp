#include "transport/curl_transport.h"

#include <curl/curl.h>
#include <array>
#include <queue>
#include <span>
#include <unordered_map>

#include "base/check.h"
#include "base/epoll.h"
#include "transport/curl_transfer.h"
#include "transport/timing/kernel_stamps.h"
#include "transport/timing/loop_lag.h"
#include "transport/timing/precise_wait.h"

namespace reinfer::transport {
namespace {

constexpr std::size_t kEventsAtOnce = 64;
// Less is no matter.
constexpr base::Nanoseconds kHarmless = std::chrono::milliseconds(1);

// Once for the process and thread-safe, as function-local statics are; never undone, because other
// libraries in the process may use libcurl too.
const std::string& initialise_curl() {
  static const std::string ca_bundle = [] {
    base::check(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK, "libcurl initialises");
    const char* bundle = curl_version_info(CURLVERSION_NOW)->cainfo;
    return std::string(bundle == nullptr ? "" : bundle);
  }();
  return ca_bundle;
}

std::optional<base::Nanoseconds> time_to(base::MonoTime next, base::MonoTime now) {
  if (next == base::MonoTime::max()) return std::nullopt;
  return next <= now ? base::Nanoseconds{0} : first_wait(next - now);
}

}  // namespace

class CurlTransport::Loop {
 public:
  Loop(std::size_t connections_max, model::ClockSource stamps);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void start(ProbeId id, model::Request request);
  std::vector<Completion> poll(base::MonoTime until);
  void wake() { epoll_.wake(); }
  base::Nanoseconds waited() const { return waited_; }

 private:
  struct Alarm {
    base::MonoTime when;
    std::uint64_t id;
    bool operator>(const Alarm& other) const { return when > other.when; }
  };

  base::MonoTime next_event(base::MonoTime until) const;
  bool wait_and_dispatch(base::MonoTime until);
  void before_wait(base::MonoTime now);
  std::size_t dispatch(std::span<const epoll_event> events, base::MonoTime until);
  void handle(curl_socket_t socket, std::uint32_t ready);
  void run_curl(curl_socket_t socket, int events);
  void note_stop(base::MonoTime now);
  void end_overdue();
  void collect_ended();
  void end(CurlTransfer& transfer, std::optional<CURLcode> code);

  static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void* known);
  static int on_timer(CURLM*, long milliseconds, void* self);

  const std::string& ca_bundle_;
  base::Epoll epoll_;
  CURLM* multi_;
  std::optional<base::MonoTime> curl_timer_;
  // Who waits for what; an entry lives no longer than its transfer's interest in the socket.
  std::unordered_map<curl_socket_t, CurlTransfer*> sockets_;
  std::unordered_map<std::uint64_t, std::unique_ptr<CurlTransfer>> transfers_;
  // When to look at a transfer's deadline; lazily, so an entry may be stale.
  std::priority_queue<Alarm, std::vector<Alarm>, std::greater<>> alarms_;
  std::vector<Completion> ended_;
  KernelStamps kernel_;
  LoopTurn turn_;
  RunQueueDelay thread_delay_;
  base::Nanoseconds waited_{0};
  LoopLag lag_{base::mono_now()};
  bool woken_ = false;
};

CurlTransport::Loop::Loop(std::size_t connections_max, model::ClockSource stamps)
    : ca_bundle_(initialise_curl()),
      multi_(curl_multi_init()),
      kernel_(stamps == model::ClockSource::kernel) {
  base::check(multi_ != nullptr, "libcurl has memory for the loop");
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Loop::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Loop::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  // By default libcurl keeps four connections a running transfer, which is too few between probes.
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(connections_max));
  // Two probes on one HTTP/2 connection would measure each other.
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
}

CurlTransport::Loop::~Loop() {
  for (auto& [id, transfer] : transfers_)
    curl_multi_remove_handle(multi_, transfer->handle());
  transfers_.clear();
  curl_multi_cleanup(multi_);
}

void CurlTransport::Loop::start(ProbeId id, model::Request request) {
  const auto key = static_cast<std::uint64_t>(id);
  auto transfer =
      std::make_unique<CurlTransfer>(id, std::move(request), ca_bundle_, kernel_, turn_);
  CurlTransfer& started = *transfer;
  base::check(transfers_.emplace(key, std::move(transfer)).second, "a probe id is used once");
  if (transfers_.size() == 1) turn_.delay.work_begins(base::mono_now(), thread_delay_.read());
  turn_.begin_work();
  turn_.note_work(id);
  const base::MonoTime now = turn_.work_began;
  started.begin(now);
  const CURLMcode code = curl_multi_add_handle(multi_, started.handle());
  base::check(code == CURLM_OK || code == CURLM_OUT_OF_MEMORY, "libcurl takes a new handle");
  alarms_.push({started.next_look(now), key});
  // Now, not at the next turn: others that are due in this turn would delay the first packet.
  run_curl(CURL_SOCKET_TIMEOUT, 0);
}

std::vector<Completion> CurlTransport::Loop::poll(base::MonoTime until) {
  for (;;) {
    const bool woken = wait_and_dispatch(ended_.empty() ? until : base::MonoTime::min());
    if (curl_timer_ && *curl_timer_ <= base::mono_now()) {
      curl_timer_.reset();
      turn_.begin_work();
      run_curl(CURL_SOCKET_TIMEOUT, 0);
    }
    collect_ended();
    end_overdue();
    if (!ended_.empty() || woken || base::mono_now() >= until) return std::exchange(ended_, {});
  }
}

base::MonoTime CurlTransport::Loop::next_event(base::MonoTime until) const {
  base::MonoTime next = until;
  if (curl_timer_) next = std::min(next, *curl_timer_);
  if (!alarms_.empty()) next = std::min(next, alarms_.top().when);
  return next;
}

// Returns whether wake() was called.
bool CurlTransport::Loop::wait_and_dispatch(base::MonoTime until) {
  const base::MonoTime next = next_event(until);
  const base::MonoTime before = base::mono_now();
  std::array<epoll_event, kEventsAtOnce> events;
  const bool is_long = turn_.delay.is_long_turn(before) && !transfers_.empty();
  before_wait(before);
  constexpr base::Nanoseconds kAtOnce{0};
  int count = is_long ? epoll_.wait(events, kAtOnce) : 0;
  auto found = is_long ? std::optional(count > 0) : std::nullopt;
  if (count == 0) count = epoll_.wait(events, time_to(next, before));
  // A process that goes on after it was stopped does so in the middle of its wait.
  if (count < 0) {
    count = epoll_.wait(events, kAtOnce);
    found = count > 0;
  }
  const base::MonoTime after = base::mono_now();
  waited_ += after - before;
  turn_.delay.after_wait(after, transfers_.empty() ? std::nullopt : thread_delay_.read(), found);
  const auto ready = static_cast<std::size_t>(std::max(count, 0));
  const std::size_t handled = dispatch({events.data(), ready}, until);
  if (handled < ready) turn_.delay.left_some();
  if (count >= 0) lag_.note({before, ready, handled, events.size(), sockets_.size() + 1});
  return std::exchange(woken_, false);
}

// Returns how many of them it has handled.
std::size_t CurlTransport::Loop::dispatch(std::span<const epoll_event> events,
                                          base::MonoTime until) {
  const bool all = lag_.takes_all(base::mono_now(), until);
  std::size_t handled = 0;
  for (const epoll_event& event : events) {
    // A handshake takes a millisecond, and a slot must not wait for several. What is left is still
    // so when the loop asks again.
    if (handled > 0 && !all && base::mono_now() >= until) break;
    ++handled;
    if (event.data.u64 == base::Epoll::kWakeToken)
      woken_ = epoll_.take_wake();
    else
      handle(static_cast<curl_socket_t>(event.data.u64), event.events);
  }
  return handled;
}

void CurlTransport::Loop::before_wait(base::MonoTime now) {
  const bool is_long = turn_.delay.is_long_turn(now) && !turn_.worked_on.empty();
  turn_.delay.before_wait(now, is_long ? thread_delay_.read() : std::nullopt);
  for (const ProbeId id : turn_.worked_on) {
    const auto found = transfers_.find(static_cast<std::uint64_t>(id));
    if (found != transfers_.end()) found->second->observer().turn_over();
  }
  turn_.end();
}

void CurlTransport::Loop::handle(curl_socket_t socket, std::uint32_t ready) {
  bool failed = (ready & (EPOLLERR | EPOLLHUP)) != 0;
  turn_.begin_work();
  const auto owner = sockets_.find(socket);
  if (owner != sockets_.end()) {
    const base::MonoTime now = turn_.work_began;
    CurlTransfer& transfer = *owner->second;
    turn_.note_work(transfer.id());
    const bool stamps =
        transfer.observer().note_event({socket, (ready & EPOLLIN) != 0, (ready & EPOLLERR) != 0,
                                        (ready & EPOLLHUP) != 0, now, turn_.delay.at(now)});
    // A true failure besides shows again at once.
    if (stamps) failed = (ready & EPOLLHUP) != 0;
  }
  int what = 0;
  if ((ready & EPOLLIN) != 0) what |= CURL_CSELECT_IN;
  if ((ready & EPOLLOUT) != 0) what |= CURL_CSELECT_OUT;
  if (failed) what |= CURL_CSELECT_ERR;
  if (what != 0) run_curl(socket, what);
}

void CurlTransport::Loop::run_curl(curl_socket_t socket, int events) {
  int running = 0;
  curl_multi_socket_action(multi_, socket, events, &running);
  const base::MonoTime now = base::mono_now();
  for (CurlTransfer* transfer : turn_.sending)
    transfer->stamp_sent(now);
  turn_.sending.clear();
  note_stop(now);
  collect_ended();
}

// Tells those that this piece of work was about for how long the thread was stopped in it: by
// others on the CPU, by a signal, by the host.
void CurlTransport::Loop::note_stop(base::MonoTime now) {
  const base::Nanoseconds took = now - turn_.work_began;
  if (took < kHarmless) return;
  const base::Nanoseconds stopped = took - (base::thread_cpu_time() - turn_.cpu_before);
  if (stopped < kHarmless) return;
  for (std::size_t i = turn_.first; i < turn_.worked_on.size(); ++i) {
    const auto found = transfers_.find(static_cast<std::uint64_t>(turn_.worked_on[i]));
    if (found != transfers_.end()) found->second->observer().stopped(stopped);
  }
}

void CurlTransport::Loop::collect_ended() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    base::check(message->msg == CURLMSG_DONE, "libcurl only reports ended transfers");
    end(CurlTransfer::of(message->easy_handle), message->data.result);
  }
}

void CurlTransport::Loop::end_overdue() {
  const base::MonoTime handled_up_to = lag_.handled_up_to();
  while (!alarms_.empty() && alarms_.top().when <= handled_up_to) {
    const Alarm alarm = alarms_.top();
    alarms_.pop();
    const auto found = transfers_.find(alarm.id);
    if (found == transfers_.end()) continue;
    CurlTransfer& transfer = *found->second;
    // The resolver is a thread of ours and was stopped with us.
    if (transfer.stage() == model::Stage::resolve && handled_up_to - alarm.when > kHarmless)
      transfer.observer().stopped(handled_up_to - alarm.when);
    if (transfer.deadline() <= handled_up_to)
      end(transfer, std::nullopt);
    else
      alarms_.push({transfer.next_look(handled_up_to), alarm.id});
  }
}

void CurlTransport::Loop::end(CurlTransfer& transfer, std::optional<CURLcode> code) {
  const ProbeId id = transfer.id();
  ended_.push_back({id, transfer.end(base::mono_now(), code)});
  curl_multi_remove_handle(multi_, transfer.handle());
  transfers_.erase(static_cast<std::uint64_t>(id));
}

int CurlTransport::Loop::on_socket(CURL* easy, curl_socket_t socket, int what, void* self,
                                   void* known) {
  auto& loop = *static_cast<Loop*>(self);
  if (what == CURL_POLL_REMOVE) {
    loop.epoll_.remove(socket);
    const auto owner = loop.sockets_.find(socket);
    if (owner == loop.sockets_.end()) return 0;
    owner->second->observer().note_socket_left(socket);
    loop.sockets_.erase(owner);
    return 0;
  }
  if (easy != nullptr) {
    CurlTransfer& transfer = CurlTransfer::of(easy);
    transfer.note_work();
    transfer.observer().note_socket(socket);
    loop.sockets_[socket] = &transfer;
  }
  std::uint32_t events = 0;
  if ((what & CURL_POLL_IN) != 0) events |= EPOLLIN;
  if ((what & CURL_POLL_OUT) != 0) events |= EPOLLOUT;
  const auto token = static_cast<std::uint64_t>(socket);
  const bool watched = known == nullptr ? loop.epoll_.add(socket, events, token)
                                        : loop.epoll_.modify(socket, events, token);
  base::check(watched, "epoll takes a socket");
  // Any pointer will do: libcurl hands it back to say that it has told us of this socket before.
  if (known == nullptr) curl_multi_assign(loop.multi_, socket, self);
  return 0;
}

int CurlTransport::Loop::on_timer(CURLM*, long milliseconds, void* self) {
  auto& loop = *static_cast<Loop*>(self);
  if (milliseconds < 0)
    loop.curl_timer_.reset();
  else
    loop.curl_timer_ = base::mono_now() + std::chrono::milliseconds(milliseconds);
  return 0;
}

CurlTransport::CurlTransport(std::size_t connections_max, model::ClockSource stamps)
    : loop_(std::make_unique<Loop>(connections_max, stamps)) {}
CurlTransport::~CurlTransport() = default;

void CurlTransport::start(ProbeId id, model::Request request) {
  loop_->start(id, std::move(request));
}
std::vector<Completion> CurlTransport::poll(base::MonoTime until) {
  return loop_->poll(until);
}
void CurlTransport::wake() {
  loop_->wake();
}
base::Nanoseconds CurlTransport::waited() const {
  return loop_->waited();
}

}  // namespace reinfer::transport
