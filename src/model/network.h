// How a tenant's requests reach it: what an operator may set about proxies, certificates, addresses
// and headers. Plain values, part of a Tenant, copied into each Request.
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
  // http://, https:// or socks5h://, used for all hosts, loopback too, but those of no_proxy.
  // Empty: https_proxy, http_proxy, all_proxy and no_proxy of the environment, never for loopback
  // hosts. Without TLS nothing that is secret goes to a proxy: a request to a loopback host, with a
  // token or with a body goes without one.
  std::string proxy_url;
  // Hosts reached without the proxy, separated by commas (CURLOPT_NOPROXY's form), instead of those
  // of the environment.
  std::string no_proxy;
  std::string ca_file;  // the tenant's and an https:// proxy's; empty: the system's bundle
  std::string client_certificate;  // PEM; empty: none
  std::string client_key;          // PEM, without a password; empty: in client_certificate
  IpFamily ip_family = IpFamily::any;
  // "HOST:PORT:ADDRESS" (CURLOPT_RESOLVE's form, an IPv6 address in brackets): where that host is
  // for this tenant alone. Through a proxy it is the proxy that is asked for the address.
  std::vector<std::string> resolve;
  std::vector<Header> headers;  // further ones; never Authorization
  bool http2 = true;            // offered; false: HTTP/1.1 only
  bool operator==(const NetworkOptions&) const = default;
};

}  // namespace reinfer::model
