#include "probe/mailbox.h"

#include <utility>

namespace reinfer::probe {

void Mailbox::post(std::shared_ptr<const model::Plan> plan) {
  const base::MutexLock lock(mutex_);
  plan_ = std::move(plan);
  adopting_ = true;
  transport_.wake();
}

bool Mailbox::wait_until_adopted() {
  base::MutexLock lock(mutex_);
  while (adopting_ && !closed_)
    adopted_.wait(lock);
  return !adopting_;
}

model::OnDemandAnswer Mailbox::ask(const std::string& tenant, const std::string& probe,
                                   base::Nanoseconds time_max, std::stop_token given_up) {
  OnDemandRequest request{{}, tenant, probe, time_max, {}};
  std::future<model::OnDemandAnswer> answer = request.answer.get_future();
  const OnDemandId id = post_request(std::move(request));
  const std::stop_callback on_given_up(std::move(given_up), [this, id] { give_up(id); });
  return answer.get();
}

std::future<model::OnDemandAnswer> Mailbox::post_request(const std::string& tenant,
                                                         const std::string& probe,
                                                         base::Nanoseconds time_max) {
  OnDemandRequest request{{}, tenant, probe, time_max, {}};
  std::future<model::OnDemandAnswer> answer = request.answer.get_future();
  post_request(std::move(request));
  return answer;
}

OnDemandId Mailbox::post_request(OnDemandRequest request) {
  const base::MutexLock lock(mutex_);
  request.id = OnDemandId{++last_request_};
  const OnDemandId id = request.id;
  if (closed_) {
    request.answer.set_value(tl::unexpected(model::Refusal::stopping));
  } else if (requests_.size() >= kOnDemandRequestsMax) {
    request.answer.set_value(tl::unexpected(model::Refusal::limit));
  } else {
    requests_.push_back(std::move(request));
    transport_.wake();
  }
  return id;
}

// The probe thread answers: it may be about to do so anyway.
void Mailbox::give_up(OnDemandId id) {
  const base::MutexLock lock(mutex_);
  if (closed_) return;
  given_up_.push_back(id);
  transport_.wake();
}

std::vector<OnDemandId> Mailbox::take_given_up() {
  const base::MutexLock lock(mutex_);
  return std::exchange(given_up_, {});
}

std::shared_ptr<const model::Plan> Mailbox::take_plan() {
  const base::MutexLock lock(mutex_);
  return std::exchange(plan_, nullptr);
}

void Mailbox::note_adopted() {
  const base::MutexLock lock(mutex_);
  // A plan may have been posted meanwhile.
  adopting_ = plan_ != nullptr;
  adopted_.notify_all();
}

std::vector<OnDemandRequest> Mailbox::take_requests() {
  const base::MutexLock lock(mutex_);
  return std::exchange(requests_, {});
}

void Mailbox::close() {
  const base::MutexLock lock(mutex_);
  closed_ = true;
  for (OnDemandRequest& request : requests_)
    request.answer.set_value(tl::unexpected(model::Refusal::stopping));
  requests_.clear();
  adopted_.notify_all();
}

}  // namespace reinfer::probe
