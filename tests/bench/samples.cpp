#include "samples.h"

#include <fmt/format.h>

#include <fstream>

namespace reinfer::bench {

bool write_samples(const std::string& path, const std::vector<Sample>& samples,
                   std::uint64_t failures) {
  std::ofstream out(path);
  out << "id,wait,total,connection,clock,distrusted\n";
  for (const Sample& sample : samples)
    out << fmt::format("{},{},{},{},{},{}\n", sample.id, sample.wait_ns, sample.total_ns,
                       sample.reused ? "reused" : "fresh", sample.clock, sample.distrusted ? 1 : 0);
  out << fmt::format("#failures={}\n", failures);
  return out.good();
}

}  // namespace reinfer::bench
