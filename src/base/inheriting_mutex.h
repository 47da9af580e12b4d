// A mutex with priority inheritance, for data that a probe thread of real-time priority shares with
// ordinary threads: with a std::mutex, an ordinary thread that is preempted while it holds the lock
// could keep the probe thread waiting. Lockable like std::mutex, by any thread.
#pragma once

#include <pthread.h>

namespace reinfer::base {

class InheritingMutex {
 public:
  InheritingMutex();
  ~InheritingMutex();
  InheritingMutex(const InheritingMutex&) = delete;
  InheritingMutex& operator=(const InheritingMutex&) = delete;

  void lock();
  void unlock();

 private:
  pthread_mutex_t mutex_;
};

}  // namespace reinfer::base
