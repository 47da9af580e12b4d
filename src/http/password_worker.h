// Compares passwords that Access has not seen before with their hashes: one at a time, on one
// thread of lower priority that rests in between, few in the queue and fewer of one client. So
// guessing takes at most a quarter of a core, never a thread that answers scrapes, and keeps nobody
// else from logging in for long. Any thread asks.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "http/access.h"
#include "http/client_exchange.h"
#include "http/thread_pool.h"

namespace reinfer::http {

class PasswordWorker {
 public:
  // Runs on the worker's thread.
  using Compared = std::function<void(std::unique_ptr<ClientExchange>)>;

  // Each answer is remembered in `access`, which outlives the worker. `compared` gets the exchange
  // back, its `password` filled in. `waiting_max`: questions in the queue.
  PasswordWorker(Access& access, std::size_t waiting_max, Compared compared)
      : access_(access), waiting_max_(waiting_max), compared_(std::move(compared)) {}

  void start() { thread_.start(1, "http-passwords", kNiceness, kRest); }
  void stop() { thread_.stop(); }

  // Takes the exchange; or, if the queue has no room for anybody or for this client, returns false
  // and leaves it where it is.
  bool ask(PasswordQuestion question, std::unique_ptr<ClientExchange>& exchange);

 private:
  static constexpr int kNiceness = 5;
  static constexpr int kRest = 3;
  static constexpr std::size_t kWaitingOfClientMax = 4;

  void compare(const PasswordQuestion& question, std::unique_ptr<ClientExchange> exchange);
  bool enter(const std::string& client);
  void leave(const std::string& client);

  Access& access_;
  const std::size_t waiting_max_;
  const Compared compared_;
  base::Mutex mutex_;
  std::map<std::string, std::size_t> waiting_ REINFER_GUARDED_BY(mutex_);  // questions by client
  std::size_t waiting_total_ REINFER_GUARDED_BY(mutex_) = 0;

  ThreadPool thread_;
};

}  // namespace reinfer::http
