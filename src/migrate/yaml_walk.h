// A YAML file, and small questions to its tree: a member by its key, a text, the items of a list.
// Used by the readers of this room. Pure functions, any thread; the answers live as long as the
// tree.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/problem.h"
#include "http/yaml_table.h"

namespace reinfer::migrate {

// As http::parse_yaml(); a key that a table has twice is a problem too, as it is for
// blackbox_exporter and for Prometheus.
tl::expected<http::YamlValue, base::Problem> read_yaml(std::string_view text,
                                                       const std::string& file);

// Null if the value is no table or has no such key.
const http::YamlMember* find_member(const http::YamlValue& table, std::string_view key);

// Empty if there is none, or none that is a scalar.
std::string text_in(const http::YamlValue& table, std::string_view key);

// A list's, or the single value itself; nothing of a missing one.
std::vector<const http::YamlValue*> items_in(const http::YamlValue& table, std::string_view key);

// Whether a scalar means yes, as YAML 1.1 has it.
bool is_true(std::string_view text);

}  // namespace reinfer::migrate
