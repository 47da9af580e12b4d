// Messages from other threads to one probe thread: a new plan, probes on demand. A sender puts them
// here and wakes the transport; the engine takes them between two turns. Any thread; one mutex,
// held for moments. Besides the ledger it is the only thing that threads share.
#pragma once

#include <cstdint>
#include <future>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "model/on_demand_answer.h"
#include "model/plan.h"
#include "transport/transport.h"

namespace reinfer::probe {

// Names a request for as long as its client waits. Never reused.
enum class OnDemandId : std::uint64_t {};

// One probe on demand; its client waits for `answer`.
struct OnDemandRequest {
  OnDemandId id{};
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
  // Waits for the answer, which comes within `time_max` plus the time of one turn of the loop, or
  // within a turn after `given_up` was asked to stop. More than kOnDemandRequestsMax requests at
  // once are refused.
  model::OnDemandAnswer ask(const std::string& tenant, const std::string& probe,
                            base::Nanoseconds time_max, std::stop_token given_up = {});
  // The same without waiting.
  std::future<model::OnDemandAnswer> post_request(const std::string& tenant,
                                                  const std::string& probe,
                                                  base::Nanoseconds time_max);

  // For the probe thread.

  // Null if there is none.
  std::shared_ptr<const model::Plan> take_plan();
  void note_adopted();
  std::vector<OnDemandRequest> take_requests();
  // Requests whose clients have given up, after they were taken.
  std::vector<OnDemandId> take_given_up();
  // The loop has ended: answers all requests, present and future, with Refusal::stopping.
  void close();

 private:
  OnDemandId post_request(OnDemandRequest request);
  void give_up(OnDemandId id);

  transport::Transport& transport_;

  base::Mutex mutex_;
  base::Condition adopted_;
  std::shared_ptr<const model::Plan> plan_ REINFER_GUARDED_BY(mutex_);
  bool adopting_ REINFER_GUARDED_BY(mutex_) = false;
  bool closed_ REINFER_GUARDED_BY(mutex_) = false;
  std::vector<OnDemandRequest> requests_ REINFER_GUARDED_BY(mutex_);
  std::vector<OnDemandId> given_up_ REINFER_GUARDED_BY(mutex_);
  std::uint64_t last_request_ REINFER_GUARDED_BY(mutex_) = 0;
};

}  // namespace reinfer::probe
