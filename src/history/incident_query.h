// A question about incidents. A plain value; the API and the pages make it, history/archive.h
// answers it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "model/outcome.h"

namespace reinfer::history {

struct IncidentQuery {
  std::optional<std::string> tenant;
  std::optional<std::string> probe;
  std::optional<model::Fault> fault;
  std::optional<base::WallTime> since;  // those that lasted until then, or longer
  // Those that come after this one, by `since` and id, in the order of the answer.
  std::optional<std::pair<base::WallTime, std::int64_t>> after;
  std::size_t limit = 100;
};

}  // namespace reinfer::history
