#include "app/healthcheck_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "config/base_url_parts.h"

namespace reinfer::app {
namespace {

const config::UrlForm& url_form() {
  static const config::UrlForm form = {
      {"http", "https"}, "http or https", "http://127.0.0.1:9877", "no password is asked for"};
  return form;
}

// The address of this machine by which a server on all addresses is reached.
std::string host_of(const http::ListenAddress& address) {
  if (address.host.empty() || address.host == "0.0.0.0") return "127.0.0.1";
  if (address.host == "::") return "[::1]";
  return address.host.find(':') == std::string::npos ? address.host : "[" + address.host + "]";
}

tl::expected<HealthcheckOptions, std::string> from_url(const std::string& url) {
  const auto parts = config::parse_url_parts(url, url_form());
  if (!parts) return tl::unexpected("--url: " + parts.error());
  if (!parts->query.empty() || !parts->fragment.empty())
    return tl::unexpected(
        fmt::format("--url: has a {}, allowed: scheme, host, port and path prefix",
                    parts->query.empty() ? "fragment" : "query"));
  std::string prefix = parts->path;
  while (prefix.ends_with('/'))
    prefix.pop_back();
  return HealthcheckOptions{{parts->scheme + "://" + parts->authority()}, prefix};
}

}  // namespace

void add_healthcheck(CLI::App& healthcheck, std::string& url) {
  healthcheck
      .add_option("--url", url,
                  "Where the exporter is, instead of its --web.listen-address on this machine")
      ->type_name("URL");
  healthcheck.footer(
      "Asks for /-/healthy, below --web.route-prefix, over TLS if plain HTTP is refused. "
      "Certificates are not checked: "
      "nothing secret is sent.\n"
      "Exit codes: 0 it is healthy, or takes certificates of clients alone; 1 it is not, or has "
      "not answered within 5 s; 2 the command line is wrong.");
}

tl::expected<HealthcheckOptions, std::string> understand_healthcheck(
    const std::string& url, const std::vector<http::ListenAddress>& addresses,
    const std::string& prefix) {
  if (!url.empty()) return from_url(url);
  const http::ListenAddress& first = addresses.front();
  if (first.port == 0)
    return tl::unexpected(
        std::string("--web.listen-address: the port is 0, which says nothing of where the exporter "
                    "is, allowed: its port, or --url"));
  const std::string authority = fmt::format("{}:{}", host_of(first), first.port);
  return HealthcheckOptions{{"http://" + authority, "https://" + authority}, prefix};
}

}  // namespace reinfer::app
