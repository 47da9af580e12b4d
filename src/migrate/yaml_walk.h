// Small questions to a YAML tree: a member by its key, a text, the items of a list. Used by the
// readers of this room. Pure functions, any thread; what they return lives as long as the tree.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/yaml_table.h"

namespace reinfer::migrate {

// Null if the value is no table or has no such key.
const http::YamlMember* find_member(const http::YamlValue& table, std::string_view key);

// Empty if there is none, or none that is a scalar.
std::string text_in(const http::YamlValue& table, std::string_view key);

// A list's, or the single value itself; nothing of a missing one.
std::vector<const http::YamlValue*> items_in(const http::YamlValue& table, std::string_view key);

// Whether a scalar means yes, as YAML 1.1 has it.
bool is_true(std::string_view text);

}  // namespace reinfer::migrate
