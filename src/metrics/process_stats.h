// The standard process_* figures, read from /proc when asked. Used by the HTTP pool for /metrics;
// any thread may ask. It keeps nothing between two calls.
#pragma once

#include <optional>

namespace reinfer::metrics {

// Absent where /proc has no such figure (a sandbox).
struct ProcessStats {
  std::optional<double> cpu_seconds;
  std::optional<double> resident_bytes;
  std::optional<double> virtual_bytes;
  std::optional<double> start_time_seconds;  // since the Unix epoch
  std::optional<double> open_fds;
  std::optional<double> max_fds;
};

ProcessStats read_process_stats();

}  // namespace reinfer::metrics
