#include "migrate/yaml_walk.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"

namespace reinfer::migrate {
namespace {

// The first in the file that its table has before, or null.
const http::YamlMember* repeated_in(const http::YamlValue& value) {
  for (const http::YamlValue& item : value.items)
    if (const auto* found = repeated_in(item)) return found;
  std::set<std::string_view> seen;
  for (const http::YamlMember& member : value.members) {
    if (!seen.insert(member.key).second) return &member;
    if (const auto* found = repeated_in(member.value)) return found;
  }
  return nullptr;
}

}  // namespace

tl::expected<http::YamlValue, base::Problem> read_yaml(std::string_view text,
                                                       const std::string& file) {
  auto tree = http::parse_yaml(text, file);
  if (!tree) return tree;
  if (const http::YamlMember* repeated = repeated_in(*tree))
    return tl::unexpected(base::Problem{file, repeated->place.line, repeated->place.column,
                                        repeated->key, "is given for the second time"});
  return tree;
}

const http::YamlMember* find_member(const http::YamlValue& table, std::string_view key) {
  const auto found =
      std::find_if(table.members.begin(), table.members.end(),
                   [&](const http::YamlMember& member) { return member.key == key; });
  return found == table.members.end() ? nullptr : &*found;
}

std::string text_in(const http::YamlValue& table, std::string_view key) {
  const http::YamlMember* member = find_member(table, key);
  return member != nullptr && member->value.kind == http::YamlValue::Kind::scalar
             ? member->value.text
             : "";
}

std::vector<const http::YamlValue*> items_in(const http::YamlValue& table, std::string_view key) {
  std::vector<const http::YamlValue*> items;
  const http::YamlMember* member = find_member(table, key);
  if (member == nullptr) return items;
  if (member->value.kind != http::YamlValue::Kind::list) return {&member->value};
  for (const http::YamlValue& item : member->value.items)
    items.push_back(&item);
  return items;
}

bool is_true(std::string_view text) {
  constexpr std::array<std::string_view, 3> kYes = {"true", "yes", "on"};
  return std::any_of(kYes.begin(), kYes.end(),
                     [&](std::string_view word) { return base::equals_ignoring_case(word, text); });
}

}  // namespace reinfer::migrate
