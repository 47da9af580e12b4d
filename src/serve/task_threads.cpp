#include "serve/task_threads.h"

#include <sys/resource.h>
#include <unistd.h>

namespace reinfer {
namespace {

void lower_priority(int niceness) {
  // On Linux it is the thread that this changes, not the process.
  if (niceness > 0) setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), niceness);
}

}  // namespace

void TaskThreads::start(std::size_t threads, int niceness) {
  for (std::size_t i = 0; i < threads; ++i)
    threads_.emplace_back([this, niceness]() noexcept {
      lower_priority(niceness);
      run();
    });
}

void TaskThreads::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    tasks_.push_back(std::move(task));
  }
  changed_.notify_one();
}

void TaskThreads::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    tasks_.clear();
  }
  changed_.notify_all();
  for (std::thread& thread : threads_)
    thread.join();
  threads_.clear();
}

void TaskThreads::run() {
  for (;;) {
    Task task;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopped_ || !tasks_.empty(); });
      if (stopped_) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }
}

}  // namespace reinfer
