#include "app/orphans.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <system_error>

#include "base/small_file.h"
#include "base/text.h"

namespace reinfer::app {
namespace {

constexpr std::size_t kChildrenBytesMax = 1024 * 1024;

// proc(5): /proc/PID/task/TID/children, the children of each thread.
std::vector<pid_t> children() {
  std::vector<pid_t> found;
  std::error_code error;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", error)) {
    const auto text = base::read_small_file((task.path() / "children").string(), kChildrenBytesMax);
    if (!text) continue;
    for (const std::string_view number : base::split(*text, ' ')) {
      pid_t child = 0;
      const auto [stop, fault] =
          std::from_chars(number.data(), number.data() + number.size(), child);
      if (fault == std::errc{} && child > 0) found.push_back(child);
    }
  }
  return found;
}

bool has_ended(pid_t child) {
  siginfo_t state{};
  return waitid(P_PID, static_cast<id_t>(child), &state, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         state.si_pid == child;
}

}  // namespace

bool gets_orphans() {
  int subreaper = 0;
  return getpid() == 1 || (prctl(PR_GET_CHILD_SUBREAPER, &subreaper) == 0 && subreaper != 0);
}

std::size_t OrphanReaper::look(base::MonoTime now) {
  std::map<pid_t, base::MonoTime> ended;
  std::size_t reaped = 0;
  for (const pid_t child : children()) {
    if (!has_ended(child)) continue;
    const auto before = ended_.find(child);
    const base::MonoTime since = before == ended_.end() ? now : before->second;
    if (now - since >= kOrphanAge && waitpid(child, nullptr, WNOHANG) == child)
      ++reaped;
    else
      ended.emplace(child, since);
  }
  ended_ = std::move(ended);
  return reaped;
}

}  // namespace reinfer::app
