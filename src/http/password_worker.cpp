#include "http/password_worker.h"

namespace reinfer::http {

bool PasswordWorker::enter(const std::string& client) {
  const base::MutexLock lock(mutex_);
  if (waiting_total_ >= waiting_max_) return false;
  const auto found = waiting_.find(client);
  if (found != waiting_.end() && found->second >= kWaitingOfClientMax) return false;
  ++waiting_[client];
  ++waiting_total_;
  return true;
}

bool PasswordWorker::ask(PasswordQuestion question, std::unique_ptr<ClientExchange>& exchange) {
  if (!enter(exchange->request.client)) return false;
  thread_.post([this, question = std::move(question), exchange = std::move(exchange)]() mutable {
    compare(question, std::move(exchange));
  });
  return true;
}

void PasswordWorker::compare(const PasswordQuestion& question,
                             std::unique_ptr<ClientExchange> exchange) {
  PasswordAnswer answer{question.key, false};
  // Several requests with the same password may have been waiting.
  if (const auto known = access_.recall(question.key)) {
    answer.right = *known;
  } else {
    const bool right = verify_bcrypt(question.password.reveal(), question.hash);
    answer.right = right && question.known_user;
    access_.remember(answer);
  }
  leave(exchange->request.client);
  exchange->password = answer;
  compared_(std::move(exchange));
}

void PasswordWorker::leave(const std::string& client) {
  const base::MutexLock lock(mutex_);
  --waiting_total_;
  const auto found = waiting_.find(client);
  if (--found->second == 0) waiting_.erase(found);
}

}  // namespace reinfer::http
