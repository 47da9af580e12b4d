// A log whose text a unit test can read.
#pragma once

#include <array>
#include <cstdio>
#include <memory>
#include <string>

#include "base/log.h"

namespace reinfer::tests {

// The log writes into a file that vanishes by itself.
class Logged {
 public:
  Logged()
      : file_(std::tmpfile(), &std::fclose),
        log_(base::LogLevel::debug, base::LogFormat::logfmt, fileno(file_.get())) {}

  const base::Log& log() const { return log_; }
  std::string text() const {
    std::array<char, 8192> bytes{};
    std::rewind(file_.get());
    return {bytes.data(), std::fread(bytes.data(), 1, bytes.size(), file_.get())};
  }

 private:
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  base::Log log_;
};

}  // namespace reinfer::tests
