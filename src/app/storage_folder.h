// The folder of --storage.path, held by one process at a time: two exporters on one folder would
// each count from the same state and together spend more than allowed. Taken by `serve` before
// anything reads the folder. It knows none of the files in it but its own lock.
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "base/descriptor.h"

namespace reinfer::app {

class StorageFolder {
 public:
  // Makes the folder if only its last part is missing, and locks it until this object or the
  // process ends (flock(2)). Else the problem in words: it is no folder, cannot be written, or
  // another process holds it.
  static tl::expected<StorageFolder, std::string> take(const std::string& path);

 private:
  explicit StorageFolder(base::Descriptor lock) : lock_(std::move(lock)) {}

  base::Descriptor lock_;
};

}  // namespace reinfer::app
