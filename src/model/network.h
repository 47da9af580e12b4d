// How a tenant's requests reach it: what an operator may set about proxies, certificates, addresses
// and headers. Plain values, part of a Tenant, copied into each Request.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace reinfer {

struct Header {
  std::string name;
  std::string value;
  bool operator==(const Header&) const = default;
};

enum class IpFamily : std::uint8_t { any, v4, v6 };

struct NetworkOptions {
  // http://, https:// or socks5h://; empty: https_proxy, http_proxy, all_proxy of the environment.
  std::string proxy_url;
  // Hosts reached without the proxy, separated by commas (CURLOPT_NOPROXY's form); empty: no_proxy
  // of the environment. Loopback hosts never go through a proxy.
  std::string no_proxy;
  std::string ca_file;             // empty: the system's bundle
  std::string client_certificate;  // PEM; empty: none
  std::string client_key;          // PEM; empty: in client_certificate
  IpFamily ip_family = IpFamily::any;
  std::vector<std::string> resolve;  // "HOST:PORT:ADDRESS" (CURLOPT_RESOLVE's form)
  std::vector<Header> headers;       // further ones; never Authorization
  bool http2 = true;                 // offered; false: HTTP/1.1 only
  bool operator==(const NetworkOptions&) const = default;
};

}  // namespace reinfer
