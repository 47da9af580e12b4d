// The answer to one probe on demand (`/probe`): a result, or the reason why nothing was sent. The
// HTTP side asks, the probe thread answers. Plain values.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include <tl/expected.hpp>

#include "model/plan.h"
#include "model/probe_result.h"

namespace reinfer::model {

// Why nothing was sent. Most are reasons to skip a slot as well.
enum class Refusal : std::uint8_t {
  throttled,       // the tenant sent Retry-After
  credentials,     // the token is rejected or not yet fetched
  budget,          // the requests of this minute or the paid probes of this day are used up
  limit,           // too many probes are in flight
  unknown_target,  // no target has that name
  stopping,        // the exporter is stopping
  given_up,        // who asked does not wait any more
};

// For people: "the tenant asked us to stay away (Retry-After)".
std::string_view describe(Refusal refusal);

struct OnDemandResult {
  std::shared_ptr<const Plan> plan;  // `result.target` is a position in it
  ProbeResult result;
};

using OnDemandAnswer = tl::expected<OnDemandResult, Refusal>;

}  // namespace reinfer::model
