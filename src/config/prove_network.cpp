#include "config/prove_network.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/text.h"
#include "config/base_url_parts.h"
#include "config/direct_host.h"
#include "config/prove_header.h"
#include "config/prove_path.h"

namespace reinfer::config {
namespace {

template <class T>
const Setting<T>& nearest(const Setting<T>& tenant, const Setting<T>& defaults) {
  return tenant.written ? tenant : defaults;
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

std::string prove_no_proxy(const Setting<std::vector<std::string>>& setting,
                           base::ProblemList& problems) {
  if (!setting.value) return "";
  std::vector<std::string> hosts;
  for (const std::string& text : *setting.value)
    for (const std::string_view piece : base::split(text, ','))
      hosts.emplace_back(base::trim(piece));
  if (hosts == std::vector<std::string>{"*"}) return "*";
  for (const std::string& host : hosts) {
    if (const auto fault = direct_host_fault(host))
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
