#include "app/sandbox.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <system_error>

#include "base/descriptor.h"

namespace reinfer::app {
namespace {

#ifdef REINFER_SANITIZED
// A sanitizer looks for leaks and finds names of functions by processes of its own.
constexpr bool kStartsNoProgram = false;
#else
constexpr bool kStartsNoProgram = true;
#endif

// Refused as if by lack of a permission. Nothing here is needed to probe, to serve or to write; a
// call that a library may want one day is not here, even if we do without today.
constexpr std::initializer_list<int> kRefused = {
    // Other processes: their memory, their descriptors.
    SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(process_madvise),
    SCMP_SYS(pidfd_getfd), SCMP_SYS(kcmp),
    // Mounts and namespaces.
    SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(move_mount), SCMP_SYS(open_tree), SCMP_SYS(fsopen),
    SCMP_SYS(fsconfig), SCMP_SYS(fsmount), SCMP_SYS(fspick), SCMP_SYS(mount_setattr),
    SCMP_SYS(pivot_root), SCMP_SYS(chroot), SCMP_SYS(setns), SCMP_SYS(unshare),
    SCMP_SYS(open_by_handle_at), SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(quotactl),
    SCMP_SYS(quotactl_fd), SCMP_SYS(mknod), SCMP_SYS(mknodat),
    // The kernel: its code, its keys, its clock, its name, and where its faults were found.
    SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(delete_module), SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load), SCMP_SYS(reboot), SCMP_SYS(acct), SCMP_SYS(syslog), SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd), SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register), SCMP_SYS(add_key), SCMP_SYS(request_key),
    SCMP_SYS(keyctl), SCMP_SYS(clock_settime), SCMP_SYS(clock_adjtime), SCMP_SYS(adjtimex),
    SCMP_SYS(settimeofday), SCMP_SYS(sethostname), SCMP_SYS(setdomainname), SCMP_SYS(ioperm),
    SCMP_SYS(iopl), SCMP_SYS(modify_ldt), SCMP_SYS(personality), SCMP_SYS(vhangup),
    SCMP_SYS(fanotify_init)};

std::string reason_of(int error) {
  return std::error_code(error, std::generic_category()).message();
}

struct Release {
  void operator()(void* filter) const { seccomp_release(filter); }
};

// 0, or an errno.
int refuse(void* filter, int system_call, std::uint32_t error = EPERM) {
  // On an architecture without that call there is nothing to refuse, which is no error.
  return -seccomp_rule_add(filter, SCMP_ACT_ERRNO(error), system_call, 0);
}

int refuse_programs(void* filter) {
  for (const int call :
       {SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(ptrace)})
    if (const int error = refuse(filter, call); error != 0) return error;
  // What it shall do lies behind a pointer. The C library then starts its threads by clone.
  if (const int error = refuse(filter, SCMP_SYS(clone3), ENOSYS); error != 0) return error;
  const scmp_arg_cmp is_no_thread{0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0};
  return -seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1, &is_no_thread);
}

std::string filter_system_calls() {
  const std::unique_ptr<void, Release> filter(seccomp_init(SCMP_ACT_ALLOW));
  if (!filter) return "no memory";
  int error = 0;
  const auto set = [&](scmp_filter_attr attribute, std::uint32_t value) {
    if (error == 0) error = -seccomp_attr_set(filter.get(), attribute, value);
  };
  // Calls of another architecture would pass by the numbers of this one.
  set(SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(EPERM));
  set(SCMP_FLTATR_CTL_TSYNC, 1);
  // Or an older kernel slows every thread down, against attacks by code that we do not run.
  set(SCMP_FLTATR_CTL_SSB, 1);
  for (const int call : kRefused)
    if (error == 0) error = refuse(filter.get(), call);
  if (error == 0 && kStartsNoProgram) error = refuse_programs(filter.get());
  if (error == 0) error = -seccomp_load(filter.get());
  return error == 0 ? "" : reason_of(error);
}

// Of the kernels after the headers of Debian 12.
constexpr std::uint64_t kTruncate = std::uint64_t{1} << 14;

// What `abi` of Landlock can refuse of all that changes files.
std::uint64_t changes_of(long abi) {
  std::uint64_t changes = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                          LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                          LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                          LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                          LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;
  if (abi >= 2) changes |= LANDLOCK_ACCESS_FS_REFER;
  if (abi >= 3) changes |= kTruncate;
  return changes;
}

constexpr std::uint64_t kChangesOfFiles = LANDLOCK_ACCESS_FS_WRITE_FILE |
                                          LANDLOCK_ACCESS_FS_REMOVE_FILE |
                                          LANDLOCK_ACCESS_FS_MAKE_REG | kTruncate;

std::string keep_files(const std::vector<std::string>& writable) {
  const long abi =
      syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 1) return reason_of(errno);
  landlock_ruleset_attr all{};
  all.handled_access_fs = changes_of(abi);
  const base::Descriptor rules(static_cast<int>(
      syscall(SYS_landlock_create_ruleset, &all, sizeof all.handled_access_fs, 0)));
  if (rules.get() < 0) return reason_of(errno);
  for (const std::string& folder : writable) {
    const base::Descriptor opened(open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    landlock_path_beneath_attr rule{};
    rule.allowed_access = kChangesOfFiles & all.handled_access_fs;
    rule.parent_fd = opened.get();
    if (opened.get() < 0 ||
        syscall(SYS_landlock_add_rule, rules.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
      return fmt::format("{}: {}", folder, reason_of(errno));
  }
  return syscall(SYS_landlock_restrict_self, rules.get(), 0) == 0 ? "" : reason_of(errno);
}

}  // namespace

Sandbox enter_sandbox(const std::vector<std::string>& writable) {
  // Both need it.
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    const std::string problem = reason_of(errno);
    return {problem, problem};
  }
  // Files first: later the filter of an odd kernel or container might refuse that.
  Sandbox sandbox;
  sandbox.files = keep_files(writable);
  sandbox.system_calls = filter_system_calls();
  return sandbox;
}

}  // namespace reinfer::app
