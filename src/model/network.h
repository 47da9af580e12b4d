// Network settings of a tenant: proxies, certificates, addresses and headers. Plain values, part of
// a Tenant, copied into each Request. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace reinfer::model {

struct Header {
  std::string name;
  std::string value;
  bool operator==(const Header&) const = default;
};

enum class IpFamily : std::uint8_t { any, v4, v6 };

struct NetworkOptions {
  // http://, https:// or socks5h://, used for all hosts, loopback too, except those in no_proxy.
  // Empty: https_proxy, http_proxy, all_proxy and no_proxy of the environment, never for loopback
  // hosts. Without TLS no secret goes to a proxy: a plain request with a token or a body goes to a
  // loopback host directly.
  std::string proxy_url;
  // Hosts reached without the proxy, separated by commas (the form of CURLOPT_NOPROXY). Replaces
  // no_proxy of the environment.
  std::string no_proxy;
  std::string ca_file;  // the tenant's and an https:// proxy's; empty: the system's bundle
  std::string client_certificate;  // PEM; empty: none
  std::string client_key;          // PEM, without a password; empty: in client_certificate
  IpFamily ip_family = IpFamily::any;
  // "HOST:PORT:ADDRESS" (the form of CURLOPT_RESOLVE, an IPv6 address in brackets): the address of
  // that host for this tenant. Through a proxy, the proxy connects to that address.
  std::vector<std::string> resolve;
  std::vector<Header> headers;  // additional; never Authorization
  bool http2 = true;            // offered; false: HTTP/1.1 only
  bool operator==(const NetworkOptions&) const = default;
};

}  // namespace reinfer::model
