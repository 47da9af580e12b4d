// Rules for the headers that an operator may add to requests. Used by config/prove_network.cpp.
// Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace reinfer::config {

// The problem of a header's name, and what is allowed; nullopt if there is none.
std::optional<std::string> header_name_fault(std::string_view name);

// The same for its value. The text never shows the value, which may be a secret.
std::optional<std::string> header_value_fault(std::string_view value);

}  // namespace reinfer::config
