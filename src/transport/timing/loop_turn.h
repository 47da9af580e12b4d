// One turn of the loop, from one wait to the next: which exchanges there is work on, and how late
// that work may be. Owned by CurlTransport's loop, known to its transfers, because libcurl also
// works on those for which no event came. Probe thread only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "transport/timing/event_delay.h"
#include "transport/transport.h"

namespace reinfer::transport {

class CurlTransfer;

struct LoopTurn {
  EventDelay delay{base::mono_now()};
  std::vector<ProbeId> worked_on;      // an exchange once for each piece of work it is part of
  std::vector<CurlTransfer*> sending;  // only while libcurl runs

  // The piece of work that libcurl is at: since when, on whose CPU time, and where its exchanges
  // begin in `worked_on`.
  base::MonoTime work_began{};
  base::Nanoseconds cpu_before{0};
  std::size_t first = 0;

  void begin_work() {
    work_began = base::mono_now();
    cpu_before = base::thread_cpu_time();
    first = worked_on.size();
  }

  // The exchange is part of this piece of work. Returns whether that is new.
  bool note_work(ProbeId id) {
    const auto begin = worked_on.begin() + static_cast<std::ptrdiff_t>(first);
    if (std::find(begin, worked_on.end(), id) != worked_on.end()) return false;
    worked_on.push_back(id);
    return true;
  }

  void end() {
    worked_on.clear();
    first = 0;
  }
};

}  // namespace reinfer::transport
