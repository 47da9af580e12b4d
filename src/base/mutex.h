// The locks of all rooms: std::mutex, std::shared_mutex and std::condition_variable in a form that
// clang can follow (base/thread_safety.h), so that a member read without its lock is an error of
// the suite `clang`. Any thread. What a real-time thread shares has base/inheriting_mutex.h.
#pragma once

#include <condition_variable>
#include <mutex>
#include <shared_mutex>

#include "base/clock.h"
#include "base/thread_safety.h"

namespace reinfer::base {

class REINFER_CAPABILITY("mutex") Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

 private:
  friend class MutexLock;
  std::mutex mutex_;
};

// Holds a mutex for as long as it lives, but for a time between unlock() and lock().
class REINFER_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) REINFER_ACQUIRE(mutex) : lock_(mutex.mutex_) {}
  ~MutexLock() REINFER_RELEASE() {}
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  void unlock() REINFER_RELEASE() { lock_.unlock(); }
  void lock() REINFER_ACQUIRE() { lock_.lock(); }

 private:
  friend class Condition;
  std::unique_lock<std::mutex> lock_;
};

// What threads wait for that hold a lock, which is free while they wait. A predicate that reads
// what the mutex guards says so: [this]() REINFER_REQUIRES(mutex_) { ... }
class Condition {
 public:
  void notify_one() { changed_.notify_one(); }
  void notify_all() { changed_.notify_all(); }

  // May return though nobody notified.
  void wait(MutexLock& lock) { changed_.wait(lock.lock_); }
  // Returns what the predicate says at the end.
  template <typename Predicate>
  bool wait_for(MutexLock& lock, Nanoseconds time_max, Predicate predicate) REINFER_UNCHECKED {
    return changed_.wait_for(lock.lock_, time_max, predicate);
  }

 private:
  std::condition_variable changed_;
};

// One writer, or any number of readers.
class REINFER_CAPABILITY("mutex") SharedMutex {
 public:
  SharedMutex() = default;
  SharedMutex(const SharedMutex&) = delete;
  SharedMutex& operator=(const SharedMutex&) = delete;

 private:
  friend class WriterLock;
  friend class ReaderLock;
  std::shared_mutex mutex_;
};

class REINFER_SCOPED_CAPABILITY WriterLock {
 public:
  explicit WriterLock(SharedMutex& mutex) REINFER_ACQUIRE(mutex) : lock_(mutex.mutex_) {}
  ~WriterLock() REINFER_RELEASE() {}
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

 private:
  std::unique_lock<std::shared_mutex> lock_;
};

class REINFER_SCOPED_CAPABILITY ReaderLock {
 public:
  explicit ReaderLock(SharedMutex& mutex) REINFER_ACQUIRE_SHARED(mutex) : lock_(mutex.mutex_) {}
  ~ReaderLock() REINFER_RELEASE_GENERIC() {}
  ReaderLock(const ReaderLock&) = delete;
  ReaderLock& operator=(const ReaderLock&) = delete;

 private:
  std::shared_lock<std::shared_mutex> lock_;
};

}  // namespace reinfer::base
