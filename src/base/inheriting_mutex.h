// A mutex whose holder runs with the priority of whoever waits for it. For what a probe thread of
// real-time priority shares with ordinary threads: of a std::mutex, an ordinary thread that the
// scheduler has put aside could keep it waiting. Lockable as a std::mutex is.
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
