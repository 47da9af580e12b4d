// A mutex with priority inheritance, for data that a probe thread of real-time priority shares with
// ordinary threads: with a std::mutex, an ordinary thread that is preempted while it holds the lock
// could keep the probe thread waiting. By any thread.
#pragma once

#include <pthread.h>

#include "base/thread_safety.h"

namespace reinfer::base {

class REINFER_CAPABILITY("mutex") InheritingMutex {
 public:
  InheritingMutex();
  ~InheritingMutex();
  InheritingMutex(const InheritingMutex&) = delete;
  InheritingMutex& operator=(const InheritingMutex&) = delete;

  void lock() REINFER_ACQUIRE();
  void unlock() REINFER_RELEASE();

 private:
  pthread_mutex_t mutex_;
};

// Holds one for as long as it lives.
class REINFER_SCOPED_CAPABILITY InheritingLock {
 public:
  explicit InheritingLock(InheritingMutex& mutex) REINFER_ACQUIRE(mutex) : mutex_(mutex) {
    mutex_.lock();
  }
  ~InheritingLock() REINFER_RELEASE() { mutex_.unlock(); }
  InheritingLock(const InheritingLock&) = delete;
  InheritingLock& operator=(const InheritingLock&) = delete;

 private:
  InheritingMutex& mutex_;
};

}  // namespace reinfer::base
