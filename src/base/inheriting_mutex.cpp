#include "base/inheriting_mutex.h"

#include "base/check.h"

namespace reinfer::base {

InheritingMutex::InheritingMutex() {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
  check(pthread_mutex_init(&mutex_, &attributes) == 0, "the system has mutexes");
  pthread_mutexattr_destroy(&attributes);
}

InheritingMutex::~InheritingMutex() {
  pthread_mutex_destroy(&mutex_);
}

void InheritingMutex::lock() {
  check(pthread_mutex_lock(&mutex_) == 0, "a mutex is not locked twice by a thread");
}

void InheritingMutex::unlock() {
  pthread_mutex_unlock(&mutex_);
}

}  // namespace reinfer::base
