// A running token_command: the program runs without a shell, poll() collects its output, and it is
// killed when it takes too long or prints too much. Used by token_state.cpp. It never waits, so it
// may run on the probe thread. The program's output is never logged.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "credentials/token_text.h"

namespace reinfer::credentials {

inline constexpr base::Nanoseconds kCommandTimeMax = std::chrono::seconds(10);

class CommandRun {
 public:
  // Starts the program; poll() returns the error if that fails.
  CommandRun(const std::vector<std::string>& argv, const std::vector<std::string>& environment,
             base::MonoTime now);
  // Kills the program if it is still running.
  ~CommandRun();
  CommandRun(const CommandRun&) = delete;
  CommandRun& operator=(const CommandRun&) = delete;

  // The token or an error; nullopt while the program runs.
  std::optional<SecretOrError> poll(base::MonoTime now);

  // Blocks until the program prints something or `time_max` has passed; not for the probe thread.
  void wait_for_output(base::Nanoseconds time_max) const;

  base::MonoTime deadline() const { return deadline_; }

 private:
  std::optional<SecretOrError> give_up(std::string why);
  std::optional<SecretOrError> ended(int status);
  void read_output();

  const std::string name_;
  const base::MonoTime deadline_;
  pid_t child_ = -1;
  int output_ = -1;
  std::string text_;
  std::string start_error_;
};

}  // namespace reinfer::credentials
