#include "metrics/process_stats.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace reinfer::metrics {
namespace {

// The fields of /proc/self/stat from the third on (proc(5)): the second, the program's name in
// parentheses, may hold any character.
std::vector<double> stat_fields() {
  std::ifstream file("/proc/self/stat");
  std::string text;
  std::getline(file, text);
  const auto end_of_name = text.rfind(')');
  if (end_of_name == std::string::npos) return {};
  std::istringstream words(text.substr(end_of_name + 3));
  std::vector<double> fields;
  for (double field = 0; words >> field;)
    fields.push_back(field);
  return fields;
}

std::optional<double> boot_time() {
  std::ifstream file("/proc/stat");
  for (std::string name; file >> name; file.ignore(1 << 16, '\n'))
    if (double seconds = 0; name == "btime" && file >> seconds) return seconds;
  return std::nullopt;
}

// proc(5) numbers the fields from 1; ours start at the fourth.
constexpr std::size_t at(int field) {
  return static_cast<std::size_t>(field - 4);
}

}  // namespace

ProcessStats read_process_stats() {
  ProcessStats stats;
  const std::vector<double> fields = stat_fields();
  if (fields.size() > at(24)) {
    const auto ticks_per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
    stats.cpu_seconds = (fields[at(14)] + fields[at(15)]) / ticks_per_second;
    stats.virtual_bytes = fields[at(23)];
    stats.resident_bytes = fields[at(24)] * static_cast<double>(sysconf(_SC_PAGESIZE));
    // Once: the kernel's time of booting moves with each step of the wall clock, and a start that
    // moves is taken for a restart.
    static const std::optional<double> boot = boot_time();
    if (boot) stats.start_time_seconds = *boot + fields[at(22)] / ticks_per_second;
  }
  std::error_code error;
  double open = 0;
  for (std::filesystem::directory_iterator it("/proc/self/fd", error), end; it != end && !error;
       it.increment(error))
    ++open;
  if (!error && open > 0) stats.open_fds = open;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) stats.max_fds = static_cast<double>(limit.rlim_cur);
  return stats;
}

}  // namespace reinfer::metrics
