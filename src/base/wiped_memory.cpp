#include "base/wiped_memory.h"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace reinfer::base {

void wiped_free(void* memory) {
  if (memory == nullptr) return;
  const std::size_t bytes = malloc_usable_size(memory);
  // A plain memset() before free() would be optimised away.
  if (bytes <= kWipedBytesMax) explicit_bzero(memory, bytes);
  std::free(memory);
}

void* wiped_realloc(void* memory, std::size_t bytes) {
  if (memory == nullptr) return std::malloc(bytes);
  const std::size_t before = malloc_usable_size(memory);
  // The allocator may move a block, and would leave the old one as it is.
  if (before > kWipedBytesMax) return std::realloc(memory, bytes);
  if (bytes <= before && bytes > before / 2) return memory;
  void* moved = std::malloc(bytes);
  if (moved == nullptr) return nullptr;
  std::memcpy(moved, memory, std::min(before, bytes));
  wiped_free(memory);
  return moved;
}

}  // namespace reinfer::base
