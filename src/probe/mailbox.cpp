#include "probe/mailbox.h"

#include <utility>

namespace reinfer {

void Mailbox::post(std::shared_ptr<const Plan> plan) {
  const std::lock_guard lock(mutex_);
  plan_ = std::move(plan);
  adopting_ = true;
  transport_.wake();
}

bool Mailbox::wait_until_adopted() {
  std::unique_lock lock(mutex_);
  adopted_.wait(lock, [this] { return !adopting_ || closed_; });
  return !adopting_;
}

std::future<OnDemandAnswer> Mailbox::demand(const std::string& tenant, const std::string& probe,
                                            Nanoseconds time_max) {
  Demand demand{tenant, probe, time_max, {}};
  std::future<OnDemandAnswer> answer = demand.answer.get_future();
  const std::lock_guard lock(mutex_);
  if (closed_) {
    demand.answer.set_value(tl::unexpected(Refusal::stopping));
  } else if (demands_.size() >= kDemandsMax) {
    demand.answer.set_value(tl::unexpected(Refusal::limit));
  } else {
    demands_.push_back(std::move(demand));
    transport_.wake();
  }
  return answer;
}

std::shared_ptr<const Plan> Mailbox::take_plan() {
  const std::lock_guard lock(mutex_);
  return std::exchange(plan_, nullptr);
}

void Mailbox::note_adopted() {
  const std::lock_guard lock(mutex_);
  // One that was posted meanwhile is still to come.
  adopting_ = plan_ != nullptr;
  adopted_.notify_all();
}

std::vector<Demand> Mailbox::take_demands() {
  const std::lock_guard lock(mutex_);
  return std::exchange(demands_, {});
}

void Mailbox::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  for (Demand& demand : demands_)
    demand.answer.set_value(tl::unexpected(Refusal::stopping));
  demands_.clear();
  adopted_.notify_all();
}

}  // namespace reinfer
