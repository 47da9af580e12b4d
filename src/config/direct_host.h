// The hosts of a no_proxy list as libcurl reads it: names (with all hosts below them), addresses
// and networks. It takes any other form for a host that does not exist, without an error. Used for
// the key no_proxy of the configuration and for the variable of that name. Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reinfer::config {

// Why libcurl does not understand a host of the list, and what is allowed; nullopt if it does.
std::optional<std::string> direct_host_fault(std::string_view host);

// The same for each host of the variable's text, after the host: '"*.example.com", which is a
// pattern, allowed: ...'. Commas and blanks separate hosts there.
std::vector<std::string> direct_hosts_faults(std::string_view text);

bool is_address(int family, std::string_view text);
bool is_host_name(std::string_view text);
// The number in the text if it is between 0 and `max`.
std::optional<int> parse_number(std::string_view text, int max);

}  // namespace reinfer::config
