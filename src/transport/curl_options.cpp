#include "transport/curl_options.h"

#include <algorithm>
#include <cstring>

#include "base/secret.h"

namespace reinfer::transport {
namespace {

// A probe every few minutes still finds its connection, and the server's certificate is seen again
// every hour.
constexpr long kConnectionAgeSecondsMax = 3600;
// A CA bundle that was replaced is noticed within this time.
constexpr long kCaCacheSeconds = 60;

long to_milliseconds(base::Nanoseconds d) {
  return static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(d).count());
}

long to_curl(model::IpFamily family) {
  switch (family) {
    case model::IpFamily::v4:
      return CURL_IPRESOLVE_V4;
    case model::IpFamily::v6:
      return CURL_IPRESOLVE_V6;
    case model::IpFamily::any:
      break;
  }
  return CURL_IPRESOLVE_WHATEVER;
}

void add_header(CurlList& lines, const model::Header& header) {
  // For libcurl, "Name:" removes a header of its own, and "Name;" sends an empty one.
  lines.add(header.value.empty() ? header.name + ";" : header.name + ": " + header.value);
}

void set_certificates(CURL* easy, const model::Request& request, const Route& route,
                      const std::string& ca_bundle) {
  const model::NetworkOptions& network = request.network;
  const std::string& ca = network.ca_file.empty() ? ca_bundle : network.ca_file;
  // Without an explicit file, or with a directory as well, libcurl's CA cache is off and every
  // handshake reads the bundle again.
  if (!ca.empty()) set_option(easy, CURLOPT_CAINFO, route.own_store ? nullptr : ca.c_str());
  set_option(easy, CURLOPT_CAPATH, nullptr);
  // With a cache libcurl would keep the store that CaStores gives to the first connection, and use
  // it for all others without a file's name: a tenant would trust another tenant's CA.
  set_option(easy, CURLOPT_CA_CACHE_TIMEOUT, route.own_store ? 0L : kCaCacheSeconds);
  // The system's directory counts as well: a proxy's CA may be the organisation's or a public one.
  if (!ca.empty()) set_option(easy, CURLOPT_PROXY_CAINFO, ca.c_str());
  if (network.client_certificate.empty()) return;
  set_option(easy, CURLOPT_SSLCERT, network.client_certificate.c_str());
  const std::string& key =
      network.client_key.empty() ? network.client_certificate : network.client_key;
  set_option(easy, CURLOPT_SSLKEY, key.c_str());
  // Without it OpenSSL asks the terminal for the password of an encrypted key, and waits.
  set_option(easy, CURLOPT_KEYPASSWD, "");
}

void set_connection(CURL* easy, const model::Request& request) {
  set_option(
      easy, CURLOPT_HTTP_VERSION,
      static_cast<long>(request.network.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  set_option(easy, CURLOPT_IPRESOLVE, to_curl(request.network.ip_family));
  set_option(easy, CURLOPT_NOSIGNAL, 1L);
  // Without it the end of a lookup waits for the resolver's thread, and all probes wait with it.
  set_option(easy, CURLOPT_QUICK_EXIT, 1L);
  if (request.connection == model::ConnectionMode::fresh) {
    set_option(easy, CURLOPT_FRESH_CONNECT, 1L);
    set_option(easy, CURLOPT_FORBID_REUSE, 1L);
    set_option(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
  } else {
    set_option(easy, CURLOPT_MAXAGE_CONN, kConnectionAgeSecondsMax);
    set_option(easy, CURLOPT_MAXLIFETIME_CONN, kConnectionAgeSecondsMax);
  }
  // A resumed session shows no certificate, and a kept handle or loop would remember one.
  set_option(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
}

void set_proxy(CURL* easy, const model::NetworkOptions& network, const Route& route) {
  // A proxy does not get our header lines, and its reply to CONNECT is not part of the tenant's.
  set_option(easy, CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
  set_option(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (route.proxy == ProxyUse::never) {
    set_option(easy, CURLOPT_PROXY, "");
  } else if (!network.proxy_url.empty()) {
    set_option(easy, CURLOPT_PROXY, network.proxy_url.c_str());
    // Even if empty: the environment's exceptions belong to the environment's proxy.
    set_option(easy, CURLOPT_NOPROXY, network.no_proxy.c_str());
  } else if (!network.no_proxy.empty()) {
    set_option(easy, CURLOPT_NOPROXY, network.no_proxy.c_str());
  }
}

// Not CURLOPT_RESOLVE: it writes into the cache that all transfers share, and a kept connection to
// one address would serve transfers that ask for another.
void set_address(CURL* easy, const Route& route, CurlList& connect_to) {
  if (route.pinned_address.empty()) return;
  const bool v6 = route.pinned_address.find(':') != std::string::npos;
  connect_to.add(v6 ? "::[" + route.pinned_address + "]:" : "::" + route.pinned_address + ":");
  set_option(easy, CURLOPT_CONNECT_TO, connect_to.get());
}

}  // namespace

CurlList::~CurlList() {
  for (curl_slist* line = first_; line != nullptr; line = line->next) {
    base::wipe(line->data, std::strlen(line->data));
  }
  curl_slist_free_all(first_);
}

void CurlList::add(const std::string& line) {
  curl_slist* longer = curl_slist_append(first_, line.c_str());
  base::check(longer != nullptr, "libcurl has memory for a line");
  first_ = longer;
}

base::Nanoseconds limit_until_first_socket(const model::Deadlines& deadlines) {
  return std::max(deadlines.connect * 3 / 2, deadlines.resolve * 6 / 5);
}

void set_connect_limit(CURL* easy, base::Nanoseconds limit) {
  set_option(easy, CURLOPT_CONNECTTIMEOUT_MS, to_milliseconds(limit));
}

void set_profile(CURL* easy, const model::Request& request, const Route& route,
                 const std::string& ca_bundle) {
  if (request.method == "POST") set_option(easy, CURLOPT_POST, 1L);
  set_option(easy, CURLOPT_PATH_AS_IS, 1L);
  set_option(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set_option(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set_option(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  set_certificates(easy, request, route, ca_bundle);
  set_connection(easy, request);
  set_proxy(easy, request.network, route);
}

void set_message(CURL* easy, const model::Request& request, const Route& route,
                 CurlList& header_lines, CurlList& connect_to) {
  for (const model::Header& header : request.headers)
    add_header(header_lines, header);
  for (const model::Header& header : request.network.headers)
    add_header(header_lines, header);
  // Not CURLOPT_ACCEPT_ENCODING, or libcurl would undo it.
  header_lines.add("Accept-Encoding: gzip");
  if (!request.bearer.empty()) header_lines.add("Authorization: Bearer " + request.bearer.reveal());
  if (request.method == "POST") {
    header_lines.add("Expect:");  // or libcurl would wait for a 100 before a large body
    set_option(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
    set_option(easy, CURLOPT_POSTFIELDS, request.body.c_str());
  }
  set_option(easy, CURLOPT_HTTPHEADER, header_lines.get());
  set_option(easy, CURLOPT_URL, request.url.c_str());
  set_address(easy, route, connect_to);
}

}  // namespace reinfer::transport
