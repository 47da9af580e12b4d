// Notifies the service manager that started the exporter, as sd_notify(3) has it: ready,
// reloading, stopping, alive. The adapter to libsystemd for it. Used by `serve`, from the main
// thread and that of reloads. Where no manager asked to be told (NOTIFY_SOCKET), nothing is sent.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "model/plan.h"

namespace reinfer::app {

// Serving, with a line for people about what is served. It also ends a reload.
void tell_ready(const std::string& status);
void tell_reloading();
void tell_stopping();
// All is well for now: to be told again before watchdog_time() is over.
void tell_alive();
// A line for people.
void tell_status(const std::string& status);

// "probing 8 targets of 2 tenants"
std::string serving_status(const model::Plan& plan);

// After so long without tell_alive() the manager ends the process and starts it anew (WatchdogSec=
// of the unit); absent if it does not watch.
std::optional<base::Nanoseconds> watchdog_time();

}  // namespace reinfer::app
