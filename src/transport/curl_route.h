// The route of a request as far as it is known beforehand: whether it goes through a proxy, and to
// which address. CurlTransfer and curl_options use it on the probe thread. Pure: it looks no name
// up.
#pragma once

#include <cstdint>
#include <string>

#include "model/exchange.h"

namespace reinfer::transport {

// `perhaps`: libcurl decides, by no_proxy or by the environment.
enum class ProxyUse : std::uint8_t { never, perhaps, always };

struct Route {
  // Never if a proxy could read a secret: a request without TLS that goes to this machine, or that
  // carries a token or a body. A proxy of the environment is not for this machine's own hosts
  // either.
  ProxyUse proxy = ProxyUse::perhaps;
  bool socks = false;      // NetworkOptions::proxy_url is one of SOCKS
  bool tls = false;        // the URL's scheme is https
  bool numeric = false;    // no name is looked up
  bool tls_proxy = false;  // a connection with TLS may be one to a proxy
  // The CA file's certificates come from our own CaStores. Not for connections that are kept:
  // libcurl tells by the file's name which of them a request may use. Nor where libcurl asks for
  // them for a proxy.
  bool own_store = false;
  std::string host;        // the URL's
  std::uint16_t port = 0;  // the URL's
  std::string
      pinned_address;  // the address of this URL's host by NetworkOptions::resolve, or empty
};

Route route_of(const model::Request& request);

}  // namespace reinfer::transport
