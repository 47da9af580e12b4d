// A TOML document as a plain tree with places. The adapter to toml++, so that no other file knows
// that library or its exceptions. It knows nothing about our keys. Pure function, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/problem.h"

namespace reinfer::config {

struct DocumentMember;

struct DocumentValue {
  enum class Kind : std::uint8_t { string, integer, number, boolean, date_or_time, array, table };
  Kind kind = Kind::table;
  base::Place place;
  std::string text;                     // of a string; of a date or time, as RFC 3339 has it
  std::int64_t integer = 0;             // of an integer
  double number = 0;                    // of a number with a fraction
  bool boolean = false;                 // of a boolean
  std::vector<DocumentValue> items;     // of an array
  std::vector<DocumentMember> members;  // of a table, keys unique
};

struct DocumentMember {
  std::string key;
  base::Place place;
  DocumentValue value;
};

// "a string", "a table", ...
std::string_view describe(DocumentValue::Kind kind);

// The document's table, or the first syntax error. `file` is Place::file of everything in it.
tl::expected<DocumentValue, base::Problem> parse_document(std::string_view toml,
                                                          const std::string& file_name,
                                                          int file = 0);

}  // namespace reinfer::config
