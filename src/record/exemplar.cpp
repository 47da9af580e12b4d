#include "record/exemplar.h"

#include <array>
#include <string_view>

#include "base/text.h"

namespace reinfer {
namespace {

// What is not a UUID is not kept: the header may hold the word "undefined", or anything.
std::optional<Uuid> correlation_of(const std::vector<Header>& headers) {
  constexpr std::array<std::string_view, 2> kNames = {"x-uipath-correlation-id",
                                                      "x-correlation-id"};
  for (const std::string_view name : kNames)
    for (const Header& header : headers)
      if (equals_ignoring_case(header.name, name))
        if (const auto id = parse_uuid(trim(header.value))) return id;
  return std::nullopt;
}

}  // namespace

std::optional<Exemplar> exemplar_of(const ProbeResult& result) {
  const auto request_id = parse_uuid(result.request_id);
  if (!request_id) return std::nullopt;
  return Exemplar{*request_id, correlation_of(result.response_headers), 1, result.finished.wall};
}

}  // namespace reinfer
