// Divides a plan: by tenant and its probes a second between the probe threads of a process, because
// the limits and the token state of a tenant belong to one thread; by rendezvous hashing of
// targets' names between processes (shards), so that even one large tenant can be spread, and
// nothing has to be coordinated. Tenants whose token is fetched from the same source are one
// thread's, so that it is fetched once. A stored token (a variable or a file) costs nobody anything
// to read, so its tenants are spread. Pure, any thread; plain values.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "model/plan.h"

namespace reinfer::model {

// The place of a tenant or target of the whole plan in one of its parts.
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

// Divides the plan into `parts`, some of which may be empty, with about as many probes a second in
// each. With one part, that part is the whole plan itself. A tenant of `before`, the partition in
// force, stays in its part, unless its token is now fetched from the same source as that of a
// tenant in another part, or its part has become much heavier than the others. REQUIRES: parts > 0.
Partition partition_plan(std::shared_ptr<const Plan> whole, std::size_t parts,
                         const Partition* before = nullptr);

// The part of the tenant of that name; nullopt if there is none.
std::optional<std::size_t> part_of(const Partition& partition, std::string_view tenant);

// The number of parts that can have something to do: tenants, those with one fetched token as one.
std::size_t parts_max(const Plan& plan);

inline constexpr std::size_t kShardsMax = 1000;

// One of several processes that share a configuration; the first has index 0.
struct Shard {
  std::size_t index = 0;
  std::size_t count = 1;
  bool operator==(const Shard&) const = default;
};

// The part of the plan that belongs to the shard; the plan itself if there is one shard.
std::shared_ptr<const Plan> shard_of(std::shared_ptr<const Plan> whole, Shard shard);

}  // namespace reinfer::model
