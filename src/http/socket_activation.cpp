#include "http/socket_activation.h"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <system_error>

namespace reinfer::http {
namespace {

constexpr int kCountMax = 64;

}  // namespace

tl::expected<std::vector<Listener>, std::string> activated_listeners() {
  const int count = sd_listen_fds(1);
  if (count < 0)
    return tl::unexpected(fmt::format("the sockets of systemd cannot be taken: {}",
                                      std::error_code(-count, std::generic_category()).message()));
  if (count == 0)
    return tl::unexpected<std::string>(
        "no socket was handed over: LISTEN_PID and LISTEN_FDS are not set for this process (is "
        "there a .socket unit, and did it start this service?)");
  if (count > kCountMax)
    return tl::unexpected(
        fmt::format("{} sockets were handed over (allowed: 1 to {})", count, kCountMax));
  return listeners_from(SD_LISTEN_FDS_START, count);
}

}  // namespace reinfer::http
