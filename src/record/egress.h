// Whether an exporter has lost its own connection to the network: every one of its controls failed
// when it was last asked. Controls are one probe thread's, results are judged by all, so the
// ledgers of an exporter share one of these. Any thread, without a lock. It asks nobody itself.
#pragma once

#include <algorithm>
#include <atomic>
#include <optional>
#include <vector>

namespace reinfer::record {

class Egress {
 public:
  // By the thread that owns the controls. A control that was never answered for is no failure, and
  // without controls nothing is known to be lost.
  void note(const std::vector<std::optional<bool>>& reachable) {
    lost_ = !reachable.empty() && std::all_of(reachable.begin(), reachable.end(),
                                              [](const auto& one) { return one == false; });
  }
  bool lost() const { return lost_; }

 private:
  std::atomic<bool> lost_{false};
};

}  // namespace reinfer::record
