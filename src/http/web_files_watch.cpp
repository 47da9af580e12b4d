#include "http/web_files_watch.h"

#include <chrono>

#include "base/thread_name.h"

namespace reinfer::http {
namespace {

constexpr base::Nanoseconds kLookEvery = std::chrono::seconds(1);

}  // namespace

WebFilesWatch::~WebFilesWatch() {
  request_stop();
  if (thread_.joinable()) thread_.join();
}

void WebFilesWatch::start() {
  thread_ = std::thread([this]() noexcept {
    base::name_thread("web-files");
    run();
  });
}

void WebFilesWatch::request_stop() {
  {
    const base::MutexLock lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
}

void WebFilesWatch::run() {
  base::MutexLock lock(mutex_);
  while (!changed_.wait_for(lock, kLookEvery,
                            [this]() REINFER_REQUIRES(mutex_) { return stopped_; })) {
    lock.unlock();
    files_.refresh(base::mono_now());
    lock.lock();
  }
}

}  // namespace reinfer::http
