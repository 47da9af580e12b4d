#include "app/sla_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <utility>

#include "base/duration.h"
#include "config/base_url_parts.h"

namespace reinfer::app {
namespace {

using namespace std::chrono_literals;

constexpr base::Nanoseconds kTimeoutMin = 1s;
constexpr base::Nanoseconds kTimeoutMax = 10min;
constexpr std::size_t kOutagesMax = 1000;

constexpr const char* kFooter =
    "Exit codes: 0 all objectives were met; 1 it could not be done, or too little was watched to "
    "tell: had all other slots been bad, an objective would be missed; 2 the command line is "
    "wrong; "
    "3 an objective was breached.";

const config::UrlForm& url_form() {
  static const config::UrlForm form = {
      {"http", "https"},
      "http or https",
      "http://127.0.0.1:9090",
      "put them into a file and name it with --prometheus.user-file",
  };
  return form;
}

void add_source(CLI::App& sla, SlaGiven& given) {
  SlaOptions& plain = given.plain;
  CLI::Option* url =
      sla.add_option("--prometheus.url", plain.url,
                     "Where Prometheus' HTTP API is, with its path prefix if it has one")
          ->type_name("URL");
  sla.add_option("--storage.path", plain.storage_path,
                 "Instead of Prometheus: the folder with the exporter's own history")
      ->type_name("PATH")
      ->excludes(url);
  CLI::Option* token =
      sla.add_option("--prometheus.token-file", plain.token_file, "File with a bearer token for it")
          ->type_name("PATH");
  sla.add_option("--prometheus.user-file", plain.user_file,
                 "File with NAME:PASSWORD for it (HTTP Basic)")
      ->type_name("PATH")
      ->excludes(token);
  sla.add_option("--prometheus.header-file", plain.header_file,
                 "File with headers for it, one a line, such as X-Scope-OrgID: acme")
      ->type_name("PATH");
  sla.add_option("--prometheus.ca-file", plain.ca_file,
                 "PEM file with the authorities that its certificate may come from")
      ->type_name("PATH");
  sla.add_option("--timeout", given.timeout, "How long one of its answers may take")
      ->type_name("DURATION")
      ->capture_default_str();
}

tl::expected<std::string, std::string> understand_url(const std::string& text) {
  if (text.empty())
    return tl::unexpected(
        fmt::format("--prometheus.url is required, such as {}, or --storage.path for the "
                    "exporter's own history",
                    url_form().example));
  const auto parts = config::parse_url_parts(text, url_form());
  if (!parts) return tl::unexpected("--prometheus.url: " + parts.error());
  if (!parts->query.empty() || !parts->fragment.empty())
    return tl::unexpected(
        fmt::format("--prometheus.url: has a {}, allowed: scheme, host, port and path prefix",
                    parts->query.empty() ? "fragment" : "query"));
  std::string url =
      parts->scheme + "://" + parts->host + (parts->port.empty() ? "" : ":" + parts->port);
  url += parts->path;
  while (url.ends_with('/'))
    url.pop_back();
  return url;
}

SlaFormat format_of(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, SlaFormat>, 4> kFormats = {{
      {"csv", SlaFormat::csv},
      {"json", SlaFormat::json},
      {"markdown", SlaFormat::markdown},
      {"html", SlaFormat::html},
  }};
  for (const auto& [known, format] : kFormats)
    if (known == name) return format;
  return SlaFormat::table;
}

// Secrets must not be sent over plain HTTP.
tl::expected<void, std::string> refuse_clear_text(const SlaOptions& options) {
  const auto parts = config::parse_url_parts(options.url, url_form());
  const bool readable = parts && parts->scheme == "http" && !config::is_loopback(parts->host);
  for (const auto& [option, file] : {std::pair("--prometheus.token-file", &options.token_file),
                                     std::pair("--prometheus.user-file", &options.user_file)})
    if (readable && !file->empty())
      return tl::unexpected(
          fmt::format("{}: would be sent in clear text to {}, allowed: a URL with https, or one of "
                      "this machine",
                      option, options.url));
  return {};
}

}  // namespace

void add_sla(CLI::App& sla, SlaGiven& given) {
  sla.option_defaults()->group("Source");
  add_source(sla, given);
  SlaOptions& plain = given.plain;
  sla.option_defaults()->group("Month");
  sla.add_option("--month", plain.month,
                 "Which month (default: the last that is over); this one is shown so far")
      ->type_name("YYYY-MM");
  sla.add_option("--time-zone", plain.time_zone,
                 "In which zone the month begins and ends; times are printed in UTC all the same")
      ->type_name("ZONE")
      ->capture_default_str();
  sla.add_option("--tenant", plain.tenants, "Only this tenant, may be given several times")
      ->type_name("NAME")
      ->allow_extra_args(false);
  sla.add_option("--instance", plain.instance,
                 "Only what this exporter measured, as Prometheus' label instance names it")
      ->type_name("HOST:PORT")
      ->excludes("--storage.path");
  sla.option_defaults()->group("Output");
  sla.add_option("--format", given.format,
                 "table, csv, json, markdown, or html (to hand over or to print)")
      ->check(CLI::IsMember({"table", "csv", "json", "markdown", "html"}))
      ->capture_default_str();
  sla.add_option("--outages", plain.outages_max, "How many of the longest outages are listed")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{0}, kOutagesMax))
      ->capture_default_str();
  sla.add_option("--color", given.colour, "auto (on a terminal, without NO_COLOR), always, never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
  sla.footer(kFooter);
}

tl::expected<SlaOptions, std::string> understand(const SlaGiven& given) {
  SlaOptions options = given.plain;
  if (options.storage_path.empty()) {
    auto url = understand_url(options.url);
    if (!url) return tl::unexpected(url.error());
    options.url = std::move(*url);
  }
  if (auto refused = refuse_clear_text(options); !refused) return tl::unexpected(refused.error());
  options.format = format_of(given.format);
  const auto timeout = base::parse_duration(given.timeout);
  if (!timeout)
    return tl::unexpected(
        fmt::format("--timeout: \"{}\" is not {}", given.timeout, base::kDurationForm));
  if (*timeout < kTimeoutMin || *timeout > kTimeoutMax)
    return tl::unexpected(
        fmt::format("--timeout: is {}, allowed: {} to {}", base::format_duration(*timeout),
                    base::format_duration(kTimeoutMin), base::format_duration(kTimeoutMax)));
  options.timeout = *timeout;
  return options;
}

}  // namespace reinfer::app
