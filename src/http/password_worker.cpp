#include "http/password_worker.h"

namespace reinfer::http {

bool PasswordWorker::ask(PasswordQuestion question, const std::string& client, Answered answered) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_total_ >= waiting_max_) return false;
    const auto found = waiting_.find(client);
    if (found != waiting_.end() && found->second >= kWaitingOfClientMax) return false;
    ++waiting_[client];
    ++waiting_total_;
  }
  thread_.post([this, client, question = std::move(question), answered = std::move(answered)] {
    PasswordAnswer answer{question.key, false};
    // Several requests with the same password may have been waiting.
    if (const auto known = access_.recall(question.key)) {
      answer.right = *known;
    } else {
      const bool right = verify_bcrypt(question.password.reveal(), question.hash);
      answer.right = right && question.known_user;
      access_.remember(answer);
    }
    leave(client);
    answered(answer);
  });
  return true;
}

void PasswordWorker::leave(const std::string& client) {
  const std::lock_guard lock(mutex_);
  --waiting_total_;
  const auto found = waiting_.find(client);
  if (--found->second == 0) waiting_.erase(found);
}

}  // namespace reinfer::http
