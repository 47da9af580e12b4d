// A YAML file as a tree with places: the adapter to yaml-cpp, so that no other file knows that
// library or its exceptions. It knows no keys. Pure function, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/problem.h"

namespace reinfer::http {

struct YamlMember;

struct YamlValue {
  enum class Kind : std::uint8_t { null, scalar, list, table };
  Kind kind = Kind::null;
  base::Place place;
  std::string text;  // of a scalar
  bool quoted = false;
  std::vector<YamlValue> items;     // of a list
  std::vector<YamlMember> members;  // of a table, in file order, keys perhaps repeated
};

struct YamlMember {
  std::string key;
  base::Place place;
  YamlValue value;
};

// The first document, or why it is none.
tl::expected<YamlValue, base::Problem> parse_yaml(std::string_view text, const std::string& file);

}  // namespace reinfer::http
