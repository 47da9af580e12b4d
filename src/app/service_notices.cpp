#include "app/service_notices.h"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <chrono>
#include <cstdint>

namespace reinfer::app {
namespace {

// Each line of a notice is an assignment.
std::string one_line(std::string text) {
  for (char& c : text)
    if (c == '\n') c = ' ';
  return text;
}

// A manager that cannot be reached has gone: nobody is left to complain to.
void tell(const std::string& notice) {
  sd_notify(0, notice.c_str());
}

}  // namespace

void tell_ready(const std::string& status) {
  tell("READY=1\nSTATUS=" + one_line(status));
}

void tell_reloading() {
  const auto now =
      std::chrono::duration_cast<std::chrono::microseconds>(base::mono_now().time_since_epoch());
  tell(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", now.count()));
}

void tell_stopping() {
  tell("STOPPING=1");
}

void tell_alive() {
  tell("WATCHDOG=1");
}

void tell_status(const std::string& status) {
  tell("STATUS=" + one_line(status));
}

std::string serving_status(const model::Plan& plan) {
  return fmt::format("probing {} targets of {} tenants", plan.targets().size(),
                     plan.tenants().size());
}

std::optional<base::Nanoseconds> watchdog_time() {
  std::uint64_t microseconds = 0;
  if (sd_watchdog_enabled(0, &microseconds) <= 0) return std::nullopt;
  return std::chrono::microseconds(microseconds);
}

}  // namespace reinfer::app
