// Where passwords that have not been seen before are hashed: one at a time, on one thread of lower
// priority that rests in between, few in the queue and fewer of one client. So guessing takes a
// quarter of a core at most, never a thread that answers scrapes, and keeps nobody else from
// logging in for long. Any thread asks.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "http/access.h"
#include "http/thread_pool.h"

namespace reinfer::http {

class PasswordWorker {
 public:
  using Answered = std::function<void(const PasswordAnswer&)>;

  // What is found out is remembered in `access`, which outlives the worker.
  PasswordWorker(Access& access, std::size_t waiting_max)
      : access_(access), waiting_max_(waiting_max) {}

  void start() { thread_.start(1, "http-passwords", kNiceness, kRest); }
  void stop() { thread_.stop(); }

  // False if the queue has no room, for anybody or for this client. `answered` runs on the worker's
  // thread.
  bool ask(PasswordQuestion question, const std::string& client, Answered answered);

 private:
  static constexpr int kNiceness = 5;
  static constexpr int kRest = 3;
  static constexpr std::size_t kWaitingOfClientMax = 4;

  void leave(const std::string& client);

  Access& access_;
  const std::size_t waiting_max_;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::map<std::string, std::size_t> waiting_;  // by client
  std::size_t waiting_total_ = 0;

  ThreadPool thread_;
};

}  // namespace reinfer::http
