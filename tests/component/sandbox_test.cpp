// The sandbox of `serve`, entered by a process of the test's own: nobody gets out of it again.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

#include "app/sandbox.h"
#include "base/descriptor.h"
#include "base/durable_file.h"
#include "tests/component/probing.h"

namespace reinfer::tests::sandbox_test {
namespace {

// What a child process found wrong, "" for nothing.
std::string found_by_child(const std::function<std::string()>& look) {
  std::array<int, 2> ends{};
  REQUIRE(pipe(ends.data()) == 0);
  const base::Descriptor reading(ends[0]);
  base::Descriptor writing(ends[1]);
  const pid_t child = fork();
  if (child == 0) {
    const std::string found = look();
    const bool told = write(writing.get(), found.data(), found.size()) >= 0;
    _exit(told ? 0 : 1);
  }
  REQUIRE(child > 0);
  writing = base::Descriptor();
  std::string found;
  std::array<char, 4096> piece{};
  for (ssize_t n = 0; (n = read(reading.get(), piece.data(), piece.size())) > 0;)
    found.append(piece.data(), static_cast<std::size_t>(n));
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  return found;
}

// Complains of a call that did anything but fail with `error`.
void expect(std::string& found, const char* what, long result, int error) {
  if (result == -1 && errno == error) return;
  found += fmt::format("{}: {}, errno {}\n", what, result, errno);
}

// With arguments that do no harm should a call pass: then its error is another, or none.
std::string dangerous_calls_let_through() {
  std::string found;
  expect(found, "unshare", unshare(0), EPERM);
  expect(found, "mount", mount("none", "/nowhere/at/all", "none", 0, nullptr), EPERM);
  expect(found, "io_uring", syscall(SYS_io_uring_setup, 1, nullptr), EPERM);
  expect(found, "keyctl", syscall(SYS_keyctl, -1, 0, 0), EPERM);
  expect(found, "bpf", syscall(SYS_bpf, -1, nullptr, 0), EPERM);
  timex nothing{};
  expect(found, "adjtimex", adjtimex(&nothing), EPERM);
#ifndef REINFER_SANITIZED
  expect(found, "ptrace", ptrace(PTRACE_DETACH, -1, nullptr, nullptr), EPERM);
  std::array<char*, 1> arguments{nullptr};
  expect(found, "execv", execv("/nowhere/at/all", arguments.data()), EPERM);
  const pid_t child = fork();
  if (child == 0) _exit(0);
  expect(found, "fork", child, EPERM);
#endif
  return found;
}

// The kernel may lack what is looked for.
void check_found(const std::string& found) {
  if (found.starts_with("not looked at"))
    MESSAGE(found);
  else
    CHECK(found == "");
}

TEST_CASE("in the sandbox no program starts and no dangerous call passes, on any thread") {
  check_found(found_by_child([] {
    const app::Sandbox sandbox = app::enter_sandbox({});
    if (!sandbox.system_calls.empty()) return "not looked at: " + sandbox.system_calls;
    std::string all = dangerous_calls_let_through();
    std::thread([&] { all += dangerous_calls_let_through(); }).join();
    return all;
  }));
}

TEST_CASE("a thread that was there before the sandbox is in it too") {
  check_found(found_by_child([] {
    std::atomic<bool> entered{false};
    std::string all;
    std::thread thread([&] {
      entered.wait(false);
      expect(all, "unshare", unshare(0), EPERM);
    });
    const app::Sandbox sandbox = app::enter_sandbox({});
    entered = true;
    entered.notify_all();
    thread.join();
    return sandbox.system_calls.empty() ? all : "not looked at: " + sandbox.system_calls;
  }));
}

TEST_CASE("in the sandbox files change in its folders alone, and can be read everywhere") {
  const TemporaryFolder folder;
  const std::string inside = folder.path("inside");
  const std::string outside = folder.path("outside");
  for (const std::string& path : {inside, outside}) {
    REQUIRE(std::filesystem::create_directory(path));
    std::ofstream(path + "/old") << "text";
  }
  const auto change = [](const std::string& at, std::string& found, int error) {
    const auto note = [&](const char* what, long result) {
      if (error == 0 && result == -1) found += fmt::format("{} {}: errno {}\n", at, what, errno);
      if (error != 0) expect(found, what, result, error);
    };
    const auto try_to_open = [](const std::string& path, int flags) {
      const base::Descriptor file(open(path.c_str(), flags | O_CLOEXEC, 0600));
      return file ? 0L : -1L;
    };
    note("write", try_to_open(at + "/old", O_WRONLY));
    note("make", try_to_open(at + "/new", O_WRONLY | O_CREAT | O_EXCL));
    note("rename", rename((at + "/old").c_str(), (at + "/renamed").c_str()));
    note("back", error != 0 ? -1 : rename((at + "/renamed").c_str(), (at + "/old").c_str()));
    note("remove", unlink((at + "/old").c_str()));
  };
  check_found(found_by_child([&] {
    const app::Sandbox sandbox = app::enter_sandbox({inside});
    if (!sandbox.files.empty()) return "not looked at: " + sandbox.files;
    std::string all;
    std::thread([&] { change(outside, all, EACCES); }).join();
    if (std::ifstream(outside + "/old").get() != 't') all += "what lies outside is not read\n";
    expect(all, "folder", mkdir((outside + "/folder").c_str(), 0700), EACCES);
    change(inside, all, 0);
    if (const auto problem = base::write_durably(inside + "/state", "text")) all += *problem;
    return all;
  }));
}

TEST_CASE("a folder that is not there leaves files alone, and says so") {
  const std::string found =
      found_by_child([] { return app::enter_sandbox({"/nowhere/at/all"}).files; });
  const bool has_landlock = found.starts_with("/nowhere/at/all");
  CHECK((found == "/nowhere/at/all: No such file or directory" || !has_landlock));
}

}  // namespace
}  // namespace reinfer::tests::sandbox_test
