#include "credentials/command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill() is POSIX's
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace reinfer::credentials {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  // posix_spawn's signature is older than const; it writes to none of them.
  for (const std::string& text : texts)
    result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

}  // namespace

CommandRun::CommandRun(const std::vector<std::string>& argv,
                       const std::vector<std::string>& environment, base::MonoTime now)
    : name_(argv.front()), deadline_(now + kCommandTimeMax) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    start_error_ = "no pipe";
    return;
  }
  output_ = ends[0];
  fcntl(output_, F_SETFL, O_NONBLOCK);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // A process group of its own, so that its children are killed too, and no blocked signals.
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  // The exporter ignores SIGPIPE; a pipeline depends on it.
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  const int error = posix_spawnp(&child_, argv.front().c_str(), &actions, &attributes,
                                 pointers(argv).data(), pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (error != 0) {
    child_ = -1;
    start_error_ = std::error_code(error, std::generic_category()).message();
  }
}

CommandRun::~CommandRun() {
  if (child_ > 0) {
    kill(-child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  if (output_ >= 0) close(output_);
  std::fill(text_.begin(), text_.end(), '\0');
}

std::optional<SecretOrError> CommandRun::poll(base::MonoTime now) {
  if (!start_error_.empty()) return give_up("cannot be started: " + start_error_);
  read_output();
  if (text_.size() > kTokenBytesMax)
    return give_up(fmt::format("printed more than {} bytes", kTokenBytesMax));
  int status = 0;
  if (waitpid(child_, &status, WNOHANG) == child_) {
    child_ = -1;
    read_output();
    return ended(status);
  }
  if (now >= deadline_) return give_up("did not end in time");
  return std::nullopt;
}

void CommandRun::wait_for_output(base::Nanoseconds time_max) const {
  pollfd output{output_, POLLIN, 0};
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(time_max).count();
  // A program may close its output before it exits: then this is a short wait.
  const bool open = text_.empty();
  ::poll(&output, open ? 1 : 0, static_cast<int>(milliseconds));
}

void CommandRun::read_output() {
  std::array<char, 4096> chunk{};
  while (text_.size() <= kTokenBytesMax) {
    const ssize_t got = read(output_, chunk.data(), chunk.size());
    if (got <= 0) break;
    text_.append(chunk.data(), static_cast<std::size_t>(got));
  }
  chunk.fill('\0');
}

std::optional<SecretOrError> CommandRun::ended(int status) {
  if (WIFSIGNALED(status)) return give_up(fmt::format("died of signal {}", WTERMSIG(status)));
  if (WEXITSTATUS(status) != 0) return give_up(fmt::format("exited with {}", WEXITSTATUS(status)));
  return clean_token(text_, "the output of " + name_);
}

std::optional<SecretOrError> CommandRun::give_up(std::string why) {
  return SecretOrError(tl::unexpected(fmt::format("token_command {} {}", name_, why)));
}

}  // namespace reinfer::credentials
