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
  std::vector<ProbeId> left;     // of whose sockets libcurl let go in that call

  // The current call of libcurl: when it began, the CPU time that the thread had taken by then at
  // most, and where its exchanges begin in `active`.
  base::MonoTime call_began{};
  base::Nanoseconds cpu_before{0};
  std::size_t first = 0;

  // The CPU clock is asked, which takes a system call, only when the thread has worked for longer
  // than this since the last answer. If it was stopped in that time, the call seems to have been
  // stopped for as much longer.
  static constexpr base::Nanoseconds kCpuAge = std::chrono::milliseconds(1);

  void begin_call() {
    call_began = base::mono_now();
    if (worked() > kCpuAge) {
      cpu_read = base::thread_cpu_time();
      read_at = call_began;
      waited = {};
    }
    cpu_before = cpu_read + worked();
    first = active.size();
  }
  // A shorter stop of our thread is ignored.
  static constexpr base::Nanoseconds kHarmless = std::chrono::milliseconds(1);
  // How long the thread was stopped during the call, which ends `now`; 0 if that matters little.
  base::Nanoseconds stopped(base::MonoTime now) const {
    const base::Nanoseconds took = now - call_began;
    if (took < kHarmless) return base::Nanoseconds{0};
    return took - (base::thread_cpu_time() - cpu_before);
  }
  void note_waited(base::Nanoseconds time) { waited += time; }

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

  // When the CPU clock was last asked, its answer, and how long the thread has slept since.
  base::MonoTime read_at{};
  base::Nanoseconds cpu_read{0};
  base::Nanoseconds waited{0};
  base::Nanoseconds worked() const { return call_began - read_at - waited; }
};

}  // namespace reinfer::transport
