#include "transport/curl_route.h"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <charconv>
#include <cstdlib>
#include <memory>

#include "base/text.h"

namespace reinfer::transport {
namespace {

std::string part_of(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return {};
  std::string result(text);
  curl_free(text);
  return result;
}

struct UrlParts {
  std::string scheme;
  std::string host;  // lower case, without brackets
  std::string port;
};

UrlParts parts_of(const std::string& text) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), curl_url_cleanup);
  // Proxies have schemes that libcurl's parser does not know.
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
    return {};
  return {part_of(url.get(), CURLUPART_SCHEME),
          base::to_lower(base::trim(part_of(url.get(), CURLUPART_HOST), "[]")),
          part_of(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT)};
}

bool is_numeric(const std::string& host) {
  in6_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || (is_numeric(host) && host.starts_with("127."));
}

// The address of the first "HOST:PORT:ADDRESS" with this host and port.
std::string pinned_address(const std::vector<std::string>& resolve, const UrlParts& url) {
  const std::string prefix = url.host + ":" + url.port + ":";
  for (const std::string& entry : resolve)
    if (base::equals_ignoring_case(std::string_view(entry).substr(0, prefix.size()), prefix))
      return std::string(base::trim(std::string_view(entry).substr(prefix.size()), "[]"));
  return {};
}

ProxyUse proxy_use(const model::Request& request, bool tls, bool loopback) {
  const model::NetworkOptions& network = request.network;
  const bool tells_secrets = loopback || !request.bearer.empty() || !request.body.empty();
  if (!tls && tells_secrets) return ProxyUse::never;
  if (network.proxy_url.empty()) return loopback ? ProxyUse::never : ProxyUse::perhaps;
  return network.no_proxy.empty() ? ProxyUse::always : ProxyUse::perhaps;
}

// By one of the variables that libcurl asks.
bool environment_has_tls_proxy() {
  for (const char* name : {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "http_proxy"}) {
    const char* proxy = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
    if (proxy != nullptr &&
        base::equals_ignoring_case(std::string_view(proxy).substr(0, 5), "https"))
      return true;
  }
  return false;
}

bool may_meet_tls_proxy(const model::NetworkOptions& network, ProxyUse use) {
  if (use == ProxyUse::never) return false;
  return network.proxy_url.empty() ? environment_has_tls_proxy()
                                   : network.proxy_url.starts_with("https");
}

}  // namespace

Route route_of(const model::Request& request) {
  const UrlParts url = parts_of(request.url);
  const model::NetworkOptions& network = request.network;
  Route route;
  route.tls = url.scheme == "https";
  route.host = std::string(url.host);
  std::from_chars(url.port.data(), url.port.data() + url.port.size(), route.port);
  route.proxy = proxy_use(request, route.tls, is_loopback(url.host));
  route.tls_proxy = may_meet_tls_proxy(network, route.proxy);
  route.own_store =
      route.tls && !route.tls_proxy && request.connection == model::ConnectionMode::fresh;
  route.socks = network.proxy_url.starts_with("socks");
  route.pinned_address = pinned_address(network.resolve, url);
  const bool numeric_host = is_numeric(url.host) || is_numeric(route.pinned_address);
  const bool numeric_proxy = is_numeric(parts_of(network.proxy_url).host);
  // A proxy of the environment may have a name. Its lookup then counts as connecting.
  const bool only_host = route.proxy == ProxyUse::never || network.proxy_url.empty();
  const bool only_proxy = route.proxy == ProxyUse::always;
  route.numeric = (numeric_host || only_proxy) && (numeric_proxy || only_host);
  return route;
}

}  // namespace reinfer::transport
