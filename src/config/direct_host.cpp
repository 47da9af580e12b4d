#include "config/direct_host.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/problem.h"
#include "base/text.h"

namespace reinfer::config {

bool is_address(int family, std::string_view text) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return inet_pton(family, std::string(text).c_str(), address.data()) == 1;
}

std::optional<int> parse_number(std::string_view text, int max) {
  int value = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  if (error != std::errc{} || end != last || value < 0 || value > max) return std::nullopt;
  return value;
}

bool is_host_name(std::string_view text) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789._-";
  return !text.empty() && text.size() <= 253 && !text.starts_with('.') &&
         text.find("..") == std::string_view::npos &&
         base::to_lower(text).find_first_not_of(kAllowed) == std::string::npos;
}

std::optional<std::string> direct_host_fault(std::string_view host) {
  if (host.empty()) return "is empty, allowed: host names with commas between them";
  if (host == "*") return "stands for every host, allowed: alone";
  if (host.find("://") != std::string_view::npos) return "is a URL, allowed: the host alone";
  const auto slash = std::min(host.find('/'), host.size());
  const std::string_view address = host.substr(0, slash);
  const bool v4 = is_address(AF_INET, address);
  const bool v6 = is_address(AF_INET6, address);
  if (slash < host.size()) {
    const bool fits = parse_number(host.substr(slash + 1), v6 ? 128 : 32).has_value();
    if ((v4 || v6) && fits) return std::nullopt;
    return "is not a network, allowed: a network such as 10.0.0.0/8";
  }
  if (v4 || v6 || is_host_name(host.starts_with('.') ? host.substr(1) : host)) return std::nullopt;
  if (host.starts_with("*."))
    return fmt::format("is a pattern, allowed: {} for all hosts of the domain", host.substr(1));
  if (host.find(':') != std::string_view::npos)
    return "has a port or brackets, allowed: the host alone, for all its ports";
  return "is not a host, allowed: a host name, a .domain, an address or a network such as "
         "10.0.0.0/8";
}

std::vector<std::string> direct_hosts_faults(std::string_view text) {
  std::vector<std::string> faults;
  if (text == "*") return faults;
  std::string hosts(text);
  std::replace(hosts.begin(), hosts.end(), ' ', ',');
  for (std::string_view host : base::split(hosts, ',')) {
    if (host.empty()) continue;
    const std::string_view written = host;
    if (host.size() > 1 && host.ends_with('.')) host.remove_suffix(1);
    if (const auto fault = direct_host_fault(host))
      faults.push_back(fmt::format("{}, which {}", base::quote(written), *fault));
  }
  return faults;
}

}  // namespace reinfer::config
