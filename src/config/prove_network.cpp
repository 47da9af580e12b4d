#include "config/prove_network.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/text.h"
#include "config/base_url_parts.h"
#include "config/prove_header.h"
#include "config/prove_path.h"

namespace reinfer::config {
namespace {

template <class T>
const Setting<T>& nearest(const Setting<T>& tenant, const Setting<T>& defaults) {
  return tenant.written ? tenant : defaults;
}

bool is_address(int family, std::string_view text) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return inet_pton(family, std::string(text).c_str(), address.data()) == 1;
}

// The number in the text if it is between 0 and `max`.
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

std::string prove_proxy(const Setting<std::string>& setting, base::ProblemList& problems) {
  static const UrlForm url_form = {
      {"http", "https", "socks5", "socks5h"},
      "http, https, socks5 or socks5h",
      "http://proxy.example.com:3128",
      "a password does not belong into this file, so let the proxy admit this machine by its "
      "address, or set https_proxy in the exporter's environment instead of this key"};
  if (!setting.value) return "";
  const auto url = parse_url_parts(*setting.value, url_form);
  std::optional<std::string> fault;
  if (!url)
    fault = url.error();
  else if (url->port.empty())
    fault = fmt::format("has no port, and proxies have no usual one, allowed: {}://{}:PORT",
                        url->scheme, url->host);
  else if ((!url->path.empty() && url->path != "/") || !url->query.empty() ||
           !url->fragment.empty())
    fault = fmt::format("has something after the port, allowed: {}://{}:{}", url->scheme, url->host,
                        url->port);
  if (!fault) return fmt::format("{}://{}:{}", url->scheme, url->host, url->port);
  report(setting, *fault, problems);
  return "";
}

// libcurl takes any other form for a host name that does not exist, without an error.
std::optional<std::string> direct_host_fault(std::string_view host) {
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

std::string prove_no_proxy(const Setting<std::vector<std::string>>& setting,
                           base::ProblemList& problems) {
  if (!setting.value) return "";
  std::vector<std::string> hosts;
  for (const std::string& text : *setting.value)
    for (const std::string_view piece : base::split(text, ','))
      hosts.emplace_back(base::trim(piece));
  if (hosts == std::vector<std::string>{"*"}) return "*";
  for (const std::string& host : hosts) {
    std::optional<std::string> fault = direct_host_fault(host);
    if (host == "*") fault = "stands for every host, allowed: alone";
    if (host.empty()) fault = "is empty, allowed: host names with commas between them";
    if (fault)
      report(setting, fmt::format("contains {}, which {}", base::quote(host), *fault), problems);
  }
  return base::join(hosts, ",");
}

// "HOST:PORT:ADDRESS" with an IPv6 address in brackets; or the problem.
tl::expected<std::string, std::string> prove_pinned(std::string_view text) {
  if (text.find("://") != std::string_view::npos) return tl::unexpected(std::string("is a URL"));
  const auto first = text.find(':');
  const auto second = first == std::string_view::npos ? first : text.find(':', first + 1);
  if (second == std::string_view::npos)
    return tl::unexpected(std::string("has no port or no address"));
  const std::string_view host = text.substr(0, first);
  const std::string_view port = text.substr(first + 1, second - first - 1);
  std::string_view address = text.substr(second + 1);
  if (!is_host_name(host)) return tl::unexpected(std::string("does not begin with a host name"));
  if (parse_number(port, 65535).value_or(0) == 0)
    return tl::unexpected(std::string("has no port from 1 to 65535"));
  const bool bracketed = address.starts_with('[') && address.ends_with(']');
  if (bracketed) address = address.substr(1, address.size() - 2);
  if (!bracketed && is_address(AF_INET, address))
    return fmt::format("{}:{}:{}", base::to_lower(host), port, address);
  if (is_address(AF_INET6, address))
    return fmt::format("{}:{}:[{}]", base::to_lower(host), port, address);
  return tl::unexpected(std::string("does not end in a single IPv4 or IPv6 address"));
}

std::vector<std::string> prove_resolve(const Setting<std::vector<std::string>>& setting,
                                       base::ProblemList& problems) {
  std::vector<std::string> result;
  std::set<std::string, std::less<>> places;
  if (!setting.value) return result;
  for (const std::string& text : *setting.value) {
    const auto pinned = prove_pinned(text);
    if (!pinned) {
      report(setting,
             fmt::format("contains {}, which {}, allowed: HOST:PORT:ADDRESS such as "
                         "cloud.uipath.com:443:192.0.2.7",
                         base::quote(text), pinned.error()),
             problems);
      continue;
    }
    const std::string place = pinned->substr(0, pinned->find(':', pinned->find(':') + 1));
    if (!places.insert(place).second)
      report(setting,
             fmt::format("names {} twice, and only one address counts, allowed: once", place),
             problems);
    result.push_back(*pinned);
  }
  return result;
}

std::vector<model::Header> prove_headers(const TenantConfig& tenant, base::ProblemList& problems) {
  std::vector<model::Header> result;
  std::map<std::string, int> lines;  // by name in lower case
  for (const auto& [name, setting] : tenant.headers) {
    if (const auto fault = header_name_fault(name)) {
      report(setting, *fault, problems);
      continue;
    }
    const auto [first, is_new] = lines.emplace(base::to_lower(name), setting.place.line);
    if (!is_new)
      report(setting,
             fmt::format("is written twice (line {} has it, in other letters), allowed: once",
                         first->second),
             problems);
    if (!setting.value) continue;
    if (const auto fault = header_value_fault(*setting.value)) report(setting, *fault, problems);
    result.push_back({name, *setting.value});
  }
  return result;
}

}  // namespace

model::NetworkOptions prove_network(const TenantConfig& tenant, const NetworkSettings& defaults,
                                    base::ProblemList& problems) {
  const NetworkSettings& own = tenant.network;
  model::NetworkOptions network;
  network.proxy_url = prove_proxy(nearest(own.proxy_url, defaults.proxy_url), problems);
  network.no_proxy = prove_no_proxy(nearest(own.no_proxy, defaults.no_proxy), problems);
  network.ca_file =
      prove_readable_file(nearest(own.ca_file, defaults.ca_file), "certificates", problems);
  network.client_certificate =
      prove_readable_file(tenant.client_certificate, "a certificate", problems);
  network.client_key = prove_readable_file(tenant.client_key, "a private key", problems);
  if (tenant.client_key.written && !tenant.client_certificate.written)
    report(tenant.client_key,
           "is the key of a certificate, but none is named, allowed: client_certificate as well",
           problems);
  network.ip_family = nearest(own.ip_family, defaults.ip_family).value.value_or(network.ip_family);
  network.resolve = prove_resolve(tenant.resolve, problems);
  network.headers = prove_headers(tenant, problems);
  network.http2 = nearest(own.http2, defaults.http2).value.value_or(network.http2);
  return network;
}

}  // namespace reinfer::config
