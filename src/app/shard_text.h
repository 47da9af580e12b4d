// Parses the shard of a process: "0/3" on the command line, or the ordinal in the name of a
// StatefulSet's pod. Pure; used by options.cpp.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "model/partition.h"

namespace reinfer::app {

// The environment variable with the number of shards, for "auto" without a count.
inline constexpr const char* kShardsVariable = "REINFER_SHARDS";

// `text`: "INDEX/COUNT", "auto/COUNT", or "auto" with the count in `shards`, the variable's value.
// `host_name`: the pod's, whose ordinal follows the last hyphen.
tl::expected<model::Shard, std::string> parse_shard(std::string_view text,
                                                    std::string_view host_name,
                                                    std::string_view shards);

}  // namespace reinfer::app
