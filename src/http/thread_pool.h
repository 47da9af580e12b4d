// A bounded number of threads that take tasks from one queue, oldest first. The server has two: one
// for the answers, one, of low priority, for passwords. post() from any thread; the rest belongs to
// the owner. It sets no limit: whoever posts counts.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace reinfer::http {

class ThreadPool {
 public:
  using Task = std::function<void()>;

  ~ThreadPool() { stop(); }

  // `name`: what the system calls the threads (base/thread_name.h). `niceness`: how far behind
  // other threads these stand for the processor, 0 to 19. Little goes a long way: at 19 a busy
  // machine lets a thread wait for minutes. A thread is started when there is more to do than
  // others are free for, so that a quiet process stays small. `rest`: after each task its thread
  // does nothing for so many times as long as that took.
  void start(std::size_t threads_max, std::string name, int niceness, int rest = 0);
  // Forgotten once stop() has been called.
  void post(Task task);
  // Ends the threads after what each is doing; what is still queued is forgotten.
  void stop();

 private:
  void add_thread();
  void run();
  void work(const Task& task);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::condition_variable stopping_;
  // Guarded by mutex_.
  std::deque<Task> tasks_;
  bool stopped_ = false;
  std::size_t free_ = 0;  // threads that wait for a task
  std::size_t threads_max_ = 0;
  std::string name_;
  int niceness_ = 0;
  int rest_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace reinfer::http
