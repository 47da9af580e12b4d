// Whether zlib could set a stream up: one answer to its numbers, for gzip.cpp and deflate.cpp
// alone. Any thread.
#pragma once

#include <zlib.h>

#include <new>

#include "base/check.h"

namespace reinfer::base {

// `result`: of deflateInit2() or inflateInit2(). Without memory zlib returns a number where C++
// throws std::bad_alloc.
inline void check_made(int result) {
  if (result == Z_MEM_ERROR) throw std::bad_alloc();
  check(result == Z_OK, "zlib can be set up");
}

}  // namespace reinfer::base
