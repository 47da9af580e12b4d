// One iteration of the event loop, from one wait to the next: which exchanges it works on, and how
// late that work may be. Owned by CurlTransport's loop and known to its transfers, because libcurl
// also works on transfers without an event of theirs. Probe thread only. It waits for nothing.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "transport/timing/event_delay.h"
#include "transport/transport.h"

namespace reinfer::transport {

struct LoopIteration {
  EventDelay delay{base::mono_now()};
  std::vector<ProbeId> active;   // of this iteration; an exchange once for each of its calls
  std::vector<ProbeId> sending;  // whose request leaves during the current call of libcurl

  // The current call of libcurl: when it began, the thread's CPU time then, and where its exchanges
  // begin in `active`.
  base::MonoTime call_began{};
  base::Nanoseconds cpu_before{0};
  std::size_t first = 0;

  void begin_call() {
    call_began = base::mono_now();
    cpu_before = base::thread_cpu_time();
    first = active.size();
  }

  // The exchange is part of the current call. Returns whether that was not known yet.
  bool note_active(ProbeId id) {
    const auto begin = active.begin() + static_cast<std::ptrdiff_t>(first);
    if (std::find(begin, active.end(), id) != active.end()) return false;
    active.push_back(id);
    return true;
  }

  void end() {
    active.clear();
    first = 0;
  }
};

}  // namespace reinfer::transport
