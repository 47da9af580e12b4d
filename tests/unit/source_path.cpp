#include "tests/unit/source_path.h"

namespace reinfer::tests {

std::string source_path(std::string_view name) {
  return std::string(REINFER_SOURCE_DIR "/").append(name);
}

}  // namespace reinfer::tests
