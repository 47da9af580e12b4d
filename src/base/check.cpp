#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace reinfer::base {

void check(bool condition, std::string_view must_hold, const char* file, int line) {
  if (condition) [[likely]]
    return;
  std::fprintf(stderr, "%s:%d: check failed: %.*s\n", file, line,
               static_cast<int>(must_hold.size()), must_hold.data());
  std::fflush(stderr);
  std::abort();
}

}  // namespace reinfer::base
