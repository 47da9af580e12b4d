#include "transport/curl_loop.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/check.h"
#include "transport/curl_library.h"

namespace reinfer::transport {
namespace {

constexpr std::size_t kEventsAtOnce = 64;

}  // namespace

CurlLoop::CurlLoop(std::size_t connections_max, model::ClockSource stamps)
    : ca_bundle_(initialise_curl()),
      multi_(curl_multi_init()),
      kernel_(stamps == model::ClockSource::kernel) {
  base::check(multi_ != nullptr, "libcurl has memory for the loop");
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlLoop::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlLoop::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  // By default libcurl keeps four connections a running transfer, which is too few between probes.
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(connections_max));
  // Two probes on one HTTP/2 connection would measure each other.
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
}

CurlLoop::~CurlLoop() {
  // First, so that whatever libcurl still calls back about finds no transfer.
  handles_.clear();
  const auto transfers = std::exchange(transfers_, {});
  for (const auto& [id, transfer] : transfers)
    curl_multi_remove_handle(multi_, transfer->handle());
  curl_multi_cleanup(multi_);
}

CurlTransfer* CurlLoop::running(std::optional<ProbeId> id) const {
  const auto found = id ? transfers_.find(*id) : transfers_.end();
  return found == transfers_.end() ? nullptr : found->second.get();
}

CurlTransfer* CurlLoop::running(const CURL* easy) const {
  const auto found = handles_.find(easy);
  return found == handles_.end() ? nullptr : running(found->second);
}

void CurlLoop::start(ProbeId id, model::Request request) {
  auto transfer = std::make_unique<CurlTransfer>(
      id, std::move(request),
      LoopParts{ca_bundle_, kernel_, iteration_, sockets_, kept_, frames_, alerts_, certificates_,
                idle_handles_, stores_});
  CurlTransfer& started = *transfer;
  base::check(transfers_.emplace(id, std::move(transfer)).second, "a probe id is used once");
  // Before the exchange begins: what it takes is ours.
  const bool refused = started.is_refused(lookups_, base::mono_now());
  if (!refused) started.take_handle();
  if (transfers_.size() == 1) iteration_.delay.work_begins(base::mono_now(), thread_delay_.read());
  iteration_.begin_call();
  iteration_.note_active(id);
  const base::MonoTime now = iteration_.call_began;
  started.begin(now);
  // A code that no network can cause.
  if (refused) return end(started, CURLE_ABORTED_BY_CALLBACK);
  handles_[started.handle()] = id;
  const CURLMcode code = curl_multi_add_handle(multi_, started.handle());
  base::check(code == CURLM_OK || code == CURLM_OUT_OF_MEMORY, "libcurl takes a new handle");
  // At once and not in the next iteration: other probes of this one would delay the first packet.
  run_curl(CURL_SOCKET_TIMEOUT, 0, false);
  // Until it has run, a kept handle has the figures of the exchange before.
  if (const CurlTransfer* begun = running(id)) alarms_.push({begun->next_look(now), id});
}

std::vector<Completion> CurlLoop::poll(base::MonoTime until) {
  for (;;) {
    const bool woken = wait_and_dispatch(ended_.empty() ? until : base::MonoTime::min());
    if (curl_timer_ && *curl_timer_ <= base::mono_now()) {
      curl_timer_.reset();
      iteration_.begin_call();
      run_curl(CURL_SOCKET_TIMEOUT, 0);
    }
    collect_ended();
    end_overdue();
    if (!ended_.empty() || woken || base::mono_now() >= until) return std::exchange(ended_, {});
  }
}

base::MonoTime CurlLoop::next_event(base::MonoTime until) const {
  base::MonoTime next = until;
  if (curl_timer_) next = std::min(next, *curl_timer_);
  if (!alarms_.empty()) next = std::min(next, alarms_.top().when);
  return next;
}

// Returns whether wake() was called.
bool CurlLoop::wait_and_dispatch(base::MonoTime until) {
  const base::MonoTime next = next_event(until);
  const base::MonoTime before = base::mono_now();
  std::array<epoll_event, kEventsAtOnce> events;
  const bool is_long = iteration_.delay.is_long_iteration(before) && !transfers_.empty();
  before_wait(before);
  constexpr base::Nanoseconds kAtOnce{0};
  int count = is_long ? epoll_.wait(events, kAtOnce) : 0;
  auto found = is_long ? std::optional(count > 0) : std::nullopt;
  if (count == 0) count = epoll_.wait(events, time_to(next, before));
  // A process that was stopped continues in the middle of its wait.
  if (count < 0) {
    count = epoll_.wait(events, kAtOnce);
    found = count > 0;
  }
  const base::MonoTime after = base::mono_now();
  waited_ += after - before;
  iteration_.note_waited(after - before);
  iteration_.delay.after_wait(after, transfers_.empty() ? std::nullopt : thread_delay_.read(),
                              found);
  const auto ready = static_cast<std::size_t>(std::max(count, 0));
  const std::size_t handled = dispatch({events.data(), ready}, until);
  if (handled < ready) iteration_.delay.left_some();
  if (count >= 0) lag_.note({before, ready, handled, events.size(), sockets_.watched() + 1});
  return std::exchange(woken_, false);
}

// Returns how many of the events it has handled.
std::size_t CurlLoop::dispatch(std::span<const epoll_event> events, base::MonoTime until) {
  const bool all = lag_.takes_all(base::mono_now(), until);
  std::size_t handled = 0;
  for (const epoll_event& event : events) {
    // A handshake takes a millisecond: a slot must not wait for several. The rest comes again.
    if (handled > 0 && !all && base::mono_now() >= until) break;
    ++handled;
    if (event.data.u64 == base::Epoll::kWakeToken)
      woken_ = epoll_.take_wake();
    else
      handle(event.data.u64, event.events);
  }
  return handled;
}

void CurlLoop::before_wait(base::MonoTime now) {
  const bool is_long = iteration_.delay.is_long_iteration(now) && !iteration_.active.empty();
  iteration_.delay.before_wait(now, is_long ? thread_delay_.read() : std::nullopt);
  for (const ProbeId id : iteration_.active)
    if (CurlTransfer* transfer = running(id)) transfer->observer().iteration_over();
  iteration_.end();
}

void CurlLoop::handle(std::uint64_t token, std::uint32_t ready) {
  const auto found = sockets_.find(token);
  if (!found) return;
  bool failed = (ready & (EPOLLERR | EPOLLHUP)) != 0;
  iteration_.begin_call();
  if (CurlTransfer* transfer = running(found->owner)) {
    const base::MonoTime now = iteration_.call_began;
    iteration_.note_active(transfer->id());
    const bool only_stamps = transfer->observer().note_event(
        {found->socket, (ready & EPOLLIN) != 0, (ready & EPOLLERR) != 0, (ready & EPOLLHUP) != 0,
         now, iteration_.delay.at(now)});
    // If the socket has failed as well, the kernel reports that again at once.
    if (only_stamps) failed = (ready & EPOLLHUP) != 0;
  } else if (failed && kernel_.take_sent(found->socket, SendStamps::kMax).any) {
    // A connection that libcurl shuts down still gets stamps, and nobody else takes them: the
    // kernel would report them without end.
    failed = (ready & EPOLLHUP) != 0;
  }
  int what = 0;
  if ((ready & EPOLLIN) != 0) what |= CURL_CSELECT_IN;
  if ((ready & EPOLLOUT) != 0) what |= CURL_CSELECT_OUT;
  // If there is something to read, the failure comes after it, and libcurl finds both by reading.
  // Told of the failure it would not read, and lose the alert that says why.
  if (failed && (ready & EPOLLIN) == 0) what |= CURL_CSELECT_ERR;
  if (what != 0) run_curl(found->socket, what, what != CURL_CSELECT_OUT);
}

void CurlLoop::run_curl(curl_socket_t socket, int events, bool may_read) {
  int running_count = 0;
  frames_.begin_call();
  curl_multi_socket_action(multi_, socket, events, &running_count);
  const base::MonoTime now = base::mono_now();
  for (const ProbeId id : std::exchange(iteration_.sending, {}))
    if (CurlTransfer* transfer = running(id)) transfer->stamp_sent(now);
  note_stop(now);
  collect_ended();
  for (const ProbeId id : std::exchange(iteration_.left, {}))
    if (CurlTransfer* transfer = running(id)) transfer->try_next_address();
  if (may_read) end_flooded();
}

// Others on the CPU, a signal or the host may have stopped all exchanges of the call of libcurl.
void CurlLoop::note_stop(base::MonoTime now) {
  const base::Nanoseconds stopped = iteration_.stopped(now);
  if (stopped < LoopIteration::kHarmless) return;
  for (std::size_t i = iteration_.first; i < iteration_.active.size(); ++i)
    if (CurlTransfer* transfer = running(iteration_.active[i]))
      transfer->observer().stopped(stopped);
}

void CurlLoop::collect_ended() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    // libcurl invalidates the message when its handle is removed.
    const CURLcode code = message->data.result;
    CurlTransfer* transfer = running(message->easy_handle);
    if (transfer == nullptr) continue;
    if (transfer->take_restart(base::mono_now()))
      restart(*transfer);
    else
      end(*transfer, code);
  }
  while (some_unwatchable_) {
    const auto found = std::find_if(transfers_.begin(), transfers_.end(),
                                    [](const auto& each) { return each.second->is_unwatchable(); });
    some_unwatchable_ = found != transfers_.end();
    if (some_unwatchable_) end(*found->second, CURLE_COULDNT_CONNECT);
  }
}

// libcurl asks for a call of its timer, and the next iteration goes on.
void CurlLoop::restart(const CurlTransfer& transfer) {
  curl_multi_remove_handle(multi_, transfer.handle());
  const CURLMcode code = curl_multi_add_handle(multi_, transfer.handle());
  base::check(code == CURLM_OK || code == CURLM_OUT_OF_MEMORY, "libcurl takes a handle again");
}

void CurlLoop::end_flooded() {
  for (std::size_t i = iteration_.first; i < iteration_.active.size(); ++i) {
    CurlTransfer* transfer = running(iteration_.active[i]);
    if (transfer != nullptr && transfer->is_flooded()) end(*transfer, CURLE_WRITE_ERROR);
  }
}

void CurlLoop::end_overdue() {
  const base::MonoTime handled_up_to = lag_.handled_up_to();
  while (!alarms_.empty() && alarms_.top().when <= handled_up_to) {
    const Alarm alarm = alarms_.top();
    alarms_.pop();
    CurlTransfer* transfer = running(alarm.id);
    if (transfer == nullptr) continue;
    // The resolver is a thread of this process and was stopped with us.
    if (transfer->stage() == model::Stage::resolve &&
        handled_up_to - alarm.when > LoopIteration::kHarmless)
      transfer->observer().stopped(handled_up_to - alarm.when);
    if (transfer->deadline() <= handled_up_to)
      end(*transfer, std::nullopt);
    else
      alarms_.push({transfer->next_look(handled_up_to), alarm.id});
  }
}

void CurlLoop::end(CurlTransfer& transfer, std::optional<CURLcode> code) {
  const ProbeId id = transfer.id();
  const base::MonoTime now = base::mono_now();
  if (!code && transfer.stage() == model::Stage::resolve) lookups_.given_up(transfer.host(), now);
  ended_.push_back({id, transfer.end(now, code)});
  // Out of both tables first: libcurl calls back meanwhile, and the facts are final.
  handles_.erase(transfer.handle());
  const auto over = transfers_.extract(id);
  curl_multi_remove_handle(multi_, transfer.handle());
  transfer.leave_handle();
}

int CurlLoop::on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void*) {
  auto& loop = *static_cast<CurlLoop*>(self);
  if (what == CURL_POLL_REMOVE) {
    loop.socket_left(socket);
    return 0;
  }
  std::uint32_t events = (what & CURL_POLL_IN) != 0 ? std::uint32_t{EPOLLIN} : 0U;
  if ((what & CURL_POLL_OUT) != 0) events |= EPOLLOUT;
  CurlTransfer* transfer = loop.running(easy);
  const auto owner = transfer == nullptr ? std::nullopt : std::optional(transfer->id());
  const bool noted = transfer == nullptr || transfer->note_socket(socket);
  if ((noted && loop.sockets_.watch(socket, events, owner)) || transfer == nullptr) return 0;
  // Not -1, or libcurl would end every transfer.
  transfer->note_unwatchable();
  loop.some_unwatchable_ = true;
  return 0;
}

void CurlLoop::socket_left(curl_socket_t socket) {
  CurlTransfer* owner = running(sockets_.forget(socket));
  if (owner == nullptr) return;
  owner->observer().note_socket_left(socket);
  iteration_.left.push_back(owner->id());
}

// libcurl closes a socket that need not have been removed before.
int CurlLoop::on_close_socket(void* self, curl_socket_t socket) {
  auto& loop = *static_cast<CurlLoop*>(self);
  loop.kept_.closed(socket);
  loop.socket_left(socket);
  return close(socket);
}

int CurlLoop::on_timer(CURLM*, long milliseconds, void* self) {
  auto& loop = *static_cast<CurlLoop*>(self);
  if (milliseconds < 0)
    loop.curl_timer_.reset();
  else
    loop.curl_timer_ = base::mono_now() + std::chrono::milliseconds(milliseconds);
  return 0;
}

}  // namespace reinfer::transport
