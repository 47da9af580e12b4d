// What other threads want of the probe thread: a new plan, a probe at once. They leave it here and
// wake the transport; the engine looks between two turns. One mutex, held for moments; the only
// thing but the ledger that threads share.
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

// A probe that somebody waits for.
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

  // The newest counts.
  void post(std::shared_ptr<const model::Plan> plan);
  // Returns once what was posted is adopted, or false if there is nobody left to adopt it.
  bool wait_until_adopted();
  // The answer comes within `time_max` and the time of a turn of the loop.
  std::future<model::OnDemandAnswer> ask(const std::string& tenant, const std::string& probe,
                                         base::Nanoseconds time_max);

  // For the probe thread.

  // Null if there is none.
  std::shared_ptr<const model::Plan> take_plan();
  void note_adopted();
  std::vector<OnDemandRequest> take_requests();
  // The loop has ended: whoever waits is told so, now and later.
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
