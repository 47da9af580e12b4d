#include "http/thread_pool.h"

#include <sys/resource.h>
#include <unistd.h>

#include <system_error>
#include <utility>

#include "base/clock.h"
#include "base/thread_name.h"

namespace reinfer::http {
namespace {

void lower_priority(int niceness) {
  // On Linux this changes the thread, not the process.
  if (niceness > 0) setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), niceness);
}

}  // namespace

void ThreadPool::start(std::size_t threads_max, std::string name, int niceness, int rest) {
  const base::MutexLock lock(mutex_);
  threads_max_ = threads_max;
  name_ = std::move(name);
  niceness_ = niceness;
  rest_ = rest;
  // At once: a process that cannot have one thread should not start.
  add_thread();
}

void ThreadPool::add_thread() {
  threads_.emplace_back([this, name = name_, niceness = niceness_]() noexcept {
    base::name_thread(name);
    lower_priority(niceness);
    run();
  });
}

void ThreadPool::post(Task task) {
  {
    const base::MutexLock lock(mutex_);
    if (stopped_) return;
    tasks_.push_back(std::move(task));
    if (tasks_.size() > free_ && threads_.size() < threads_max_) {
      try {
        add_thread();
      } catch (const std::system_error&) {
        // The system has no more threads; those that exist will do the task.
      }
    }
  }
  changed_.notify_one();
}

void ThreadPool::stop() {
  // No other is added once stopped_ is set.
  std::vector<std::thread> threads;
  {
    const base::MutexLock lock(mutex_);
    stopped_ = true;
    tasks_.clear();
    threads.swap(threads_);
  }
  changed_.notify_all();
  stopping_.notify_all();
  for (std::thread& thread : threads)
    thread.join();
}

void ThreadPool::run() {
  for (;;) {
    Task task;
    {
      base::MutexLock lock(mutex_);
      ++free_;
      while (!stopped_ && tasks_.empty())
        changed_.wait(lock);
      --free_;
      if (stopped_) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    work(std::move(task));
  }
}

void ThreadPool::work(Task task) {
  const base::MonoTime began = base::mono_now();
  task();
  base::MutexLock lock(mutex_);
  if (rest_ == 0) return;
  stopping_.wait_for(lock, (base::mono_now() - began) * rest_,
                     [this]() REINFER_REQUIRES(mutex_) { return stopped_; });
}

}  // namespace reinfer::http
