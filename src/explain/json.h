// JSON as the renderers of this room write it: members in the order in which they are set, absent
// values as null, moments as RFC 3339, and text of strangers never an error. Included by .cpp files
// of explain and api alone. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/rfc3339.h"

namespace reinfer::explain {

using Json = nlohmann::ordered_json;

template <typename Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

inline Json seconds_or_null(std::optional<base::Nanoseconds> d) {
  return d ? Json(base::to_seconds(*d)) : Json(nullptr);
}

inline Json moment_or_null(std::optional<base::WallTime> t) {
  return t ? Json(base::rfc3339(*t)) : Json(nullptr);
}

// On one line. Bytes that are not UTF-8 are replaced; they raise no exception.
inline std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace reinfer::explain
