// Replaces the operators by which C++ frees memory, in the exporter's program alone: see
// base/wiped_memory.h. The operators that are not here call these (cppreference: operator delete).
#include <new>

#include "base/wiped_memory.h"

void operator delete(void* memory) noexcept {
  reinfer::base::wiped_free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  reinfer::base::wiped_free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  reinfer::base::wiped_free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  reinfer::base::wiped_free(memory);
}
