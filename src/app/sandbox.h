// What `serve` gives up for good before it begins: system calls that no exporter needs and the
// start of programs (seccomp), and writing anywhere but in a few folders (Landlock). Called on main
// while there is no other thread; all that start later, and all programs, inherit it. Each of the
// two is as good as the kernel has it. It does not know who needs a program: serve_command.cpp
// does.
#pragma once

#include <string>
#include <vector>

namespace reinfer::app {

// What came of it. Empty: that part is in force; else why it is not, for people.
struct Sandbox {
  std::string system_calls;
  std::string files;
};

// `writable`: folders that are there. From here on the process cannot get privileges by starting a
// program either (no_new_privs), whatever else the kernel has.
Sandbox enter_sandbox(const std::vector<std::string>& writable);

}  // namespace reinfer::app
