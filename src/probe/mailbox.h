// Messages from other threads to one probe thread: a new plan, probes on demand. A sender puts them
// here and wakes the transport; the engine takes them between two turns. Any thread; one mutex,
// held for moments. Besides the ledger it is the only thing that threads share.
#pragma once

#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/on_demand_answer.h"
#include "model/plan.h"
#include "transport/transport.h"

namespace reinfer::probe {

// One probe on demand; its client waits for `answer`.
struct OnDemandRequest {
  std::string tenant;
  std::string probe;
  base::Nanoseconds time_max{};
  std::promise<model::OnDemandAnswer> answer;
};

inline constexpr std::size_t kOnDemandRequestsMax = 64;

class Mailbox {
 public:
  // `transport` outlives the mailbox.
  explicit Mailbox(transport::Transport& transport) : transport_(transport) {}

  // For any thread but the probe thread.

  // Replaces a plan that was posted before and is not yet adopted.
  void post(std::shared_ptr<const model::Plan> plan);
  // Returns true once the posted plan is adopted, false if the probe thread has ended.
  bool wait_until_adopted();
  // The answer comes within `time_max` plus the time of one turn of the loop. More than
  // kOnDemandRequestsMax requests at once are refused.
  std::future<model::OnDemandAnswer> ask(const std::string& tenant, const std::string& probe,
                                         base::Nanoseconds time_max);

  // For the probe thread.

  // Null if there is none.
  std::shared_ptr<const model::Plan> take_plan();
  void note_adopted();
  std::vector<OnDemandRequest> take_requests();
  // The loop has ended: answers all requests, present and future, with Refusal::stopping.
  void close();

 private:
  transport::Transport& transport_;

  // Guarded by mutex_.
  std::mutex mutex_;
  std::condition_variable adopted_;
  std::shared_ptr<const model::Plan> plan_;
  bool adopting_ = false;
  bool closed_ = false;
  std::vector<OnDemandRequest> requests_;
};

}  // namespace reinfer::probe
