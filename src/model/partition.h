// How a plan is shared out, both ways by rendezvous hashing of names, so that nothing has to be
// agreed upon: between the probe threads of a process by tenant, since what a tenant allows and
// what became of its token is known to one thread; between processes by target, so that even one
// large tenant can be spread. Pure; plain values.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "model/plan.h"

namespace reinfer::model {

// Where something of the whole plan stands in a part of it.
struct PartIndex {
  std::size_t part = 0;
  std::size_t index = 0;
  bool operator==(const PartIndex&) const = default;
};

struct Partition {
  std::shared_ptr<const Plan> whole;
  std::vector<std::shared_ptr<const Plan>> parts;  // the first has the controls
  // In the order of the whole plan.
  std::vector<PartIndex> targets;
  std::vector<PartIndex> tenants;
};

// Into so many parts, some of which may be empty; the limit of probes in flight is shared out with
// the targets, one at least for each part that has some. One part is the whole itself.
// REQUIRES: parts > 0.
Partition partition_plan(std::shared_ptr<const Plan> whole, std::size_t parts);

// Which part of so many the tenant belongs to.
std::size_t part_of(std::string_view tenant, std::size_t parts);

inline constexpr std::size_t kShardsMax = 1000;

// One of several processes that share a configuration; the first has index 0.
struct Shard {
  std::size_t index = 0;
  std::size_t count = 1;
  bool operator==(const Shard&) const = default;
};

// What of the plan is the shard's; the plan itself where there is one shard.
std::shared_ptr<const Plan> shard_of(std::shared_ptr<const Plan> whole, Shard shard);

}  // namespace reinfer::model
