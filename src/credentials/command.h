// A token_command under way: the program runs without a shell, its output is collected whenever
// somebody looks, and it is killed when it takes too long or says too much. It never waits, so it
// runs on the probe thread. Nothing of the child's output is logged.
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
  // Starts the program; what goes wrong comes out of look().
  CommandRun(const std::vector<std::string>& argv, const std::vector<std::string>& environment,
             base::MonoTime now);
  // Kills the program if it still runs.
  ~CommandRun();
  CommandRun(const CommandRun&) = delete;
  CommandRun& operator=(const CommandRun&) = delete;

  // The token, or why there is none; nullopt while the program runs.
  std::optional<SecretOrWhy> look(base::MonoTime now);

  // Blocks until the program prints something or `time_max` has passed; not for the probe thread.
  void wait_for_output(base::Nanoseconds time_max) const;

  base::MonoTime deadline() const { return deadline_; }

 private:
  std::optional<SecretOrWhy> give_up(std::string why);
  std::optional<SecretOrWhy> ended(int status);
  void read_output();

  const std::string name_;
  const base::MonoTime deadline_;
  pid_t child_ = -1;
  int output_ = -1;
  std::string text_;
  std::string start_error_;
};

}  // namespace reinfer::credentials
