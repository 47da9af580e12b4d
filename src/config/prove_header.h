// Which headers an operator may add to the exporter's own. Used by config/prove_network.cpp. Pure
// functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace reinfer::config {

// What is wrong with a header's name, and what is allowed; nullopt if nothing is.
std::optional<std::string> header_name_fault(std::string_view name);

// The same of its value, which the text does not show: it may be a secret.
std::optional<std::string> header_value_fault(std::string_view value);

}  // namespace reinfer::config
