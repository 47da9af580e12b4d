// How the report writes numbers and moments for people. Used by its notes and its table. Pure; any
// thread.
#pragma once

#include <string>

#include "base/clock.h"

namespace reinfer::sla {

// "99.9%", as many digits as an objective needs.
std::string percent(double ratio);

// Four decimals, rounded down: a narrowly missed objective must not look met.
std::string percent_down(double ratio);

// "2026-10-06T09:12:15Z", whole seconds.
std::string sla_time(base::WallTime time);

// "89,280"
std::string grouped(unsigned long long count);

}  // namespace reinfer::sla
