// A probe that somebody asks for, beside the schedule: what comes of it. The HTTP side asks, the
// probe thread answers. Plain values.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include <tl/expected.hpp>

#include "model/plan.h"
#include "model/probe_result.h"

namespace reinfer::model {

// Why nothing was sent; the first five are those of a slot that is skipped.
enum class Refusal : std::uint8_t {
  throttled,       // the tenant asked us to stay away
  credentials,     // its token is rejected, or not there yet
  budget,          // its requests of this minute, or paid probes of this day, are used up
  limit,           // too many probes are under way
  unknown_target,  // there is none of that name
  stopping,        // the exporter is about to end
};

// For people: "the tenant asked us to stay away (Retry-After)".
std::string_view describe(Refusal refusal);

struct OnDemandResult {
  std::shared_ptr<const Plan> plan;  // that `result.target` belongs to
  ProbeResult result;
};

using OnDemandAnswer = tl::expected<OnDemandResult, Refusal>;

}  // namespace reinfer::model
