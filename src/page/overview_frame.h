// The frame of the overview: its title says how many tenants are in trouble, and its icon whether
// any is. Pure.
#pragma once

#include <string>
#include <vector>

#include "explain/verdict.h"
#include "page/frame.h"

namespace reinfer::page {

// "2 of 7 tenants in trouble".
std::string headline_of(const std::vector<explain::Verdict>& verdicts);
PageFrame overview_frame(const std::vector<explain::Verdict>& verdicts);

}  // namespace reinfer::page
