#include "metrics/encoder.h"

#include <array>

namespace reinfer::metrics {

std::string_view unit_of(const FamilyHead& head) {
  std::string_view name = head.name;
  if (head.type == FamilyType::counter) name.remove_suffix(std::string_view("_total").size());
  constexpr std::array<std::string_view, 3> kUnits = {"seconds", "bytes", "ratio"};
  for (const std::string_view unit : kUnits)
    if (name.ends_with(unit) && name.size() > unit.size() &&
        name[name.size() - unit.size() - 1] == '_')
      return unit;
  return {};
}

}  // namespace reinfer::metrics
