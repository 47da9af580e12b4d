// What a prober said of each of its probes, as every subject of the benchmark hands it over: one
// CSV line a probe, kept in memory and written at the end, so that writing disturbs nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace reinfer::bench {

struct Sample {
  std::string id;
  std::int64_t wait_ns = 0;
  std::int64_t total_ns = 0;
  bool reused = false;
  std::string clock;  // whose clock it was measured by
  // The prober itself says that its wait may be wrong for its own fault.
  bool distrusted = false;
};

// False if the file cannot be written.
bool write_samples(const std::string& path, const std::vector<Sample>& samples,
                   std::uint64_t failures);

}  // namespace reinfer::bench
