// The name of the calling thread, as `top -H`, `ps -L` and /proc/PID/task/TID/comm show it. Called
// by each thread when it begins. It is for people only: nothing looks a thread up by it.
#pragma once

#include <cstddef>
#include <string_view>

namespace reinfer::base {

// What the kernel keeps of a name, in bytes (pthread_setname_np(3)).
inline constexpr std::size_t kThreadNameMax = 15;

// Cut off after kThreadNameMax bytes.
void name_thread(std::string_view name);

}  // namespace reinfer::base
