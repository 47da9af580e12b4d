#include <doctest/doctest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "app/orphans.h"

namespace reinfer::tests::orphans_test {
namespace {

// A process whose parent has ended and which has ended itself, given to this one by the kernel.
void leave_an_orphan() {
  const pid_t parent = fork();
  if (parent == 0) {
    if (fork() == 0) _exit(0);
    _exit(0);
  }
  REQUIRE(waitpid(parent, nullptr, 0) == parent);
  // It may still run: wait until it has ended, and leave it to be reaped.
  siginfo_t state{};
  REQUIRE(waitid(P_ALL, 0, &state, WEXITED | WNOWAIT) == 0);
}

TEST_CASE("an orphan is reaped once nobody has waited for it for long enough") {
  REQUIRE(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
  CHECK(app::gets_orphans());
  leave_an_orphan();
  app::OrphanReaper reaper;
  const base::MonoTime now = base::mono_now();
  CHECK(reaper.look(now) == 0);
  CHECK(reaper.look(now + app::kOrphanAge - std::chrono::seconds(1)) == 0);
  CHECK(reaper.look(now + app::kOrphanAge) == 1);
  CHECK(waitpid(-1, nullptr, WNOHANG) == -1);
  prctl(PR_SET_CHILD_SUBREAPER, 0);
  CHECK_FALSE(app::gets_orphans());
}

TEST_CASE("a child that still runs is left alone") {
  const pid_t child = fork();
  if (child == 0) {
    pause();
    _exit(0);
  }
  app::OrphanReaper reaper;
  const base::MonoTime now = base::mono_now();
  CHECK(reaper.look(now) == 0);
  CHECK(reaper.look(now + 2 * app::kOrphanAge) == 0);
  kill(child, SIGKILL);
  CHECK(waitpid(child, nullptr, 0) == child);
}

}  // namespace
}  // namespace reinfer::tests::orphans_test
