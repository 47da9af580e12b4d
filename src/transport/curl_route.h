// The way a request takes, as far as it can be told beforehand: whether through a proxy, and to
// which address. Used by CurlTransfer and by what sets libcurl's options. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "model/exchange.h"

namespace reinfer::transport {

// `perhaps`: libcurl decides, by no_proxy or by the environment.
enum class ProxyUse : std::uint8_t { never, perhaps, always };

struct Route {
  // Never where a proxy could read a secret: requests without TLS that go to this machine, or that
  // carry a token or a body. A proxy of the environment is not for this machine's own hosts either.
  ProxyUse proxy = ProxyUse::perhaps;
  bool socks = false;          // NetworkOptions::proxy_url is one of SOCKS
  bool tls = false;            // the URL's scheme is https
  bool numeric = false;        // no name is looked up on the way
  std::uint16_t port = 0;      // the URL's
  std::string pinned_address;  // where NetworkOptions::resolve sends this URL's host; or empty
};

Route route_of(const model::Request& request);

}  // namespace reinfer::transport
