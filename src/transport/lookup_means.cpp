#include "transport/lookup_means.h"

#include <fcntl.h>
#include <pthread.h>

#include <array>

#include "base/descriptor.h"

namespace reinfer::transport {
namespace {

// libcurl takes two to hear from its thread, and the C library has a file or a socket or two open
// at a time.
constexpr std::size_t kDescriptors = 4;

bool has_descriptors() {
  std::array<base::Descriptor, kDescriptors> taken;
  for (base::Descriptor& descriptor : taken) {
    descriptor = base::Descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (descriptor.get() < 0) return false;
  }
  return true;
}

// libcurl starts its threads by the same call, with the same default attributes.
bool has_thread() {
  pthread_t thread{};
  const auto nothing = [](void*) -> void* { return nullptr; };
  if (pthread_create(&thread, nullptr, nothing, nullptr) != 0) return false;
  pthread_join(thread, nullptr);
  return true;
}

}  // namespace

bool has_lookup_means() {
  return has_descriptors() && has_thread();
}

}  // namespace reinfer::transport
