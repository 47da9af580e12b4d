#include "record/exemplar.h"

#include <array>
#include <string_view>

#include "base/text.h"

namespace reinfer::record {
namespace {

// Only UUIDs are kept: the header may hold the word "undefined", or anything else.
std::optional<base::Uuid> correlation_of(const std::vector<model::Header>& headers) {
  constexpr std::array<std::string_view, 2> kNames = {"x-uipath-correlation-id",
                                                      "x-correlation-id"};
  for (const std::string_view name : kNames)
    for (const model::Header& header : headers)
      if (base::equals_ignoring_case(header.name, name))
        if (const auto id = base::parse_uuid(base::trim(header.value))) return id;
  return std::nullopt;
}

}  // namespace

std::optional<Exemplar> exemplar_of(const model::ProbeResult& result) {
  const auto request_id = base::parse_uuid(result.request_id);
  if (!request_id) return std::nullopt;
  return Exemplar{*request_id, correlation_of(result.response_headers), 1, result.finished.wall};
}

}  // namespace reinfer::record
