// A bounded number of threads that take tasks from one queue, oldest first. The server has two
// pools: one answers requests, the other, of low priority, compares passwords. Any thread may
// post(); the other functions belong to the owner. It sets no limit on the queue: its users do, and
// count.
#pragma once

#include <concepts>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/mutex.h"

namespace reinfer::http {

// A function that is called once. It is moved and never copied, so that it may own an
// ClientExchange.
class Task {
 public:
  Task() = default;
  template <std::invocable F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, Task>) Task(F&& function)
      : call_(std::make_unique<Of<std::remove_cvref_t<F>>>(std::forward<F>(function))) {}

  void operator()() { call_->run(); }

 private:
  struct Call {
    virtual ~Call() = default;
    virtual void run() = 0;
  };
  template <typename F>
  struct Of final : Call {
    explicit Of(F from) : function(std::move(from)) {}
    void run() override { function(); }
    F function;
  };

  std::unique_ptr<Call> call_;
};

class ThreadPool {
 public:
  ~ThreadPool() { stop(); }

  // `name`: of the threads in the system's lists (base/thread_name.h). `niceness`: of the threads,
  // 0 to 19 (setpriority(2)); small values suffice: at 19 a busy machine lets a thread wait for
  // minutes. `rest`: idle factor; after a task of duration d the thread sleeps rest x d. One thread
  // is started at once, others when more tasks wait than threads are free, so that a quiet process
  // stays small.
  void start(std::size_t threads_max, std::string name, int niceness, int rest = 0);
  // Dropped once stop() has been called.
  void post(Task task);
  // Ends each thread after its current task; tasks still in the queue are dropped.
  void stop();

 private:
  void add_thread() REINFER_REQUIRES(mutex_);
  void run();
  void work(Task task);

  base::Mutex mutex_;
  base::Condition changed_;
  base::Condition stopping_;
  std::deque<Task> tasks_ REINFER_GUARDED_BY(mutex_);
  bool stopped_ REINFER_GUARDED_BY(mutex_) = false;
  std::size_t free_ REINFER_GUARDED_BY(mutex_) = 0;  // threads that wait for a task
  std::size_t threads_max_ REINFER_GUARDED_BY(mutex_) = 0;
  std::string name_ REINFER_GUARDED_BY(mutex_);
  int niceness_ REINFER_GUARDED_BY(mutex_) = 0;
  int rest_ REINFER_GUARDED_BY(mutex_) = 0;
  std::vector<std::thread> threads_ REINFER_GUARDED_BY(mutex_);
};

}  // namespace reinfer::http
