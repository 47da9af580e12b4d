// Sets the name of the calling thread, as `top -H`, `ps -L` and /proc/PID/task/TID/comm show it.
// Called by each thread when it begins. For people only: no code looks a thread up by its name.
#pragma once

#include <cstddef>
#include <string_view>

namespace reinfer::base {

// The longest name that the kernel keeps, in bytes (pthread_setname_np(3)).
inline constexpr std::size_t kThreadNameMax = 15;

// Cut off after kThreadNameMax bytes.
void name_thread(std::string_view name);

}  // namespace reinfer::base
