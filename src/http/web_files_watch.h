// Looks after the files that say who may ask, once a second, on a thread of its own: a file may lie
// on a dead mount, and a read of it returns hours later or never. Requests go on by what was in
// force. Built and started by the Server on main. It judges no file; web_files.cpp does.
#pragma once

#include <thread>

#include "base/mutex.h"
#include "http/web_files.h"

namespace reinfer::http {

class WebFilesWatch {
 public:
  explicit WebFilesWatch(WebFiles& files) : files_(files) {}
  // Waits for the thread: for ever, if it reads a file on a dead mount.
  ~WebFilesWatch();

  // std::system_error if there is no thread.
  void start();
  // Waits for nothing.
  void request_stop();

 private:
  void run();

  WebFiles& files_;
  base::Mutex mutex_;
  base::Condition changed_;
  bool stopped_ REINFER_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace reinfer::http
