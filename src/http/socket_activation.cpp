#include "http/socket_activation.h"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace reinfer::http {
namespace {

constexpr int kFirst = 3;  // SD_LISTEN_FDS_START
constexpr int kCountMax = 64;

std::optional<int> number_in(const char* variable) {
  // Before any other thread runs.
  const char* value = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe)
  if (value == nullptr) return std::nullopt;
  const std::string_view text = value;
  int number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

tl::expected<std::vector<Listener>, std::string> activated_listeners() {
  const auto process = number_in("LISTEN_PID");
  const auto count = number_in("LISTEN_FDS");
  for (const char* variable : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"})
    unsetenv(variable);  // NOLINT(concurrency-mt-unsafe)
  if (!process || !count)
    return tl::unexpected<std::string>(
        "no socket was handed over: LISTEN_PID and LISTEN_FDS are not set (is there a .socket "
        "unit, "
        "and did it start this service?)");
  if (*process != getpid())
    return tl::unexpected(fmt::format("the sockets handed over are for process {}, and this is {}",
                                      *process, getpid()));
  if (*count < 1 || *count > kCountMax)
    return tl::unexpected(
        fmt::format("{} sockets were handed over (allowed: 1 to {})", *count, kCountMax));
  return listeners_from(kFirst, *count);
}

}  // namespace reinfer::http
