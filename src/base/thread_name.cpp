#include "base/thread_name.h"

#include <pthread.h>

#include <string>

namespace reinfer::base {

void name_thread(std::string_view name) {
  pthread_setname_np(pthread_self(), std::string(name.substr(0, kThreadNameMax)).c_str());
}

}  // namespace reinfer::base
