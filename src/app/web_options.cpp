#include "app/web_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "config/base_url_parts.h"
#include "config/url_path.h"

namespace reinfer::app {
namespace {

using Url = tl::expected<config::UrlParts, std::string>;

void cut_slashes(std::string& path) {
  while (path.ends_with('/'))
    path.pop_back();
}

// Without a slash at the end of its path.
Url url_of(const std::string& option, const std::string& text, const config::UrlForm& form) {
  auto url = config::parse_url_parts(text, form);
  if (!url) return tl::unexpected(option + ": " + url.error());
  if (!url->query.empty() || !url->fragment.empty())
    return tl::unexpected(fmt::format("{}: \"{}\" has a query or a fragment, allowed: {}", option,
                                      text, form.example));
  cut_slashes(url->path);
  const auto fault = url->path.empty() ? std::nullopt : config::path_fault(url->path);
  if (fault) return tl::unexpected(option + ": its path " + *fault);
  return url;
}

std::string text_of(const config::UrlParts& url) {
  return url.scheme + "://" + url.authority() + url.path;
}

// As Prometheus takes it: slashes around it do not matter.
tl::expected<std::string, std::string> prefix_of(std::string text) {
  cut_slashes(text);
  if (text.empty()) return text;
  if (!text.starts_with('/')) text.insert(0, "/");
  if (const auto fault = config::path_fault(text))
    return tl::unexpected("--web.route-prefix: " + *fault);
  if (text.find_first_of("?#{}%") != std::string::npos)
    return tl::unexpected(
        fmt::format("--web.route-prefix: \"{}\" is not a plain path such as /reinfer", text));
  return text;
}

}  // namespace

void add_web_place(CLI::App& cli, WebPlaceGiven& given) {
  cli.add_option("--web.external-url", given.external_url,
                 "URL under which people reach this exporter, for links in alerts")
      ->type_name("URL");
  cli.add_option("--web.route-prefix", given.route_prefix,
                 "Path before all others that are served; unless given that of the external URL")
      ->type_name("PATH");
  cli.add_option("--web.grafana-url", given.grafana_url,
                 "URL of the Grafana that has the boards, for links on the page")
      ->type_name("URL");
}

tl::expected<page::WebPlace, std::string> understand_web_place(const WebPlaceGiven& given) {
  static const config::UrlForm external = {{"https", "http"},
                                           "https or http",
                                           "https://exporter.example.com/reinfer",
                                           "it is shown to whoever may read the metrics"};
  static const config::UrlForm grafana = {{"https", "http"},
                                          "https or http",
                                          "https://grafana.example.com",
                                          "it is shown to whoever may read the page"};
  page::WebPlace place;
  std::string prefix;
  if (!given.external_url.empty()) {
    const auto url = url_of("--web.external-url", given.external_url, external);
    if (!url) return tl::unexpected(url.error());
    place.external_url = text_of(*url);
    prefix = url->path;
  }
  if (!given.grafana_url.empty()) {
    const auto url = url_of("--web.grafana-url", given.grafana_url, grafana);
    if (!url) return tl::unexpected(url.error());
    place.grafana_url = text_of(*url);
  }
  auto route_prefix = prefix_of(given.route_prefix.value_or(prefix));
  if (!route_prefix) return tl::unexpected(route_prefix.error());
  place.route_prefix = std::move(*route_prefix);
  return place;
}

}  // namespace reinfer::app
