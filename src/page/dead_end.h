// The page that answers where there is nothing to see: an unknown target or incident, a range that
// is not offered. It says what is wrong and leads back, with the nearest names. Pure; used by the
// HTTP pool.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "page/page.h"

namespace reinfer::page {

struct WayOut {
  std::string words;
  std::string path;  // below the root
};

struct DeadEnd {
  std::string title;
  std::string words;
  std::string root;  // the relative path to the overview, "../../"
  std::vector<WayOut> near;
};

// Targets whose names are nearest: of that tenant if there is one, else of the nearest tenants.
std::vector<WayOut> nearest_targets(const model::Plan& plan, std::string_view tenant,
                                    std::string_view probe);

// Of a target that is not configured.
DeadEnd unknown_target(const model::Plan& plan, const std::string& tenant,
                       const std::string& probe);

// Of a range of a target's page that is not offered.
DeadEnd unknown_range(const model::Target& target, std::string_view name, bool has_history);

// Of an incident that the history does not have.
DeadEnd unknown_incident(const std::string& id);

std::string render_dead_end(const record::Snapshot& snapshot, const DeadEnd& end,
                            const PageContext& context);

}  // namespace reinfer::page
