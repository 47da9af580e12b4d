#include "app/discover_options.h"

#include <CLI/CLI.hpp>

namespace reinfer::app {
namespace {

constexpr const char* kDiscoverFooter =
    "It sends four requests, and one for each of at most three datasets, one after the other: the "
    "lists of projects, datasets, sources and streams, and one for a page that does not exist. "
    "What "
    "was asked goes to stderr, the configuration to stdout. Exit codes: 0 there is a "
    "configuration; "
    "1 the tenant could not be asked; 2 the command line is wrong.";

}  // namespace

void add_discover(CLI::App& discover, DiscoverOptions& options) {
  discover::TenantAccess& access = options.access;
  discover
      .add_option("--base-url", access.base_url,
                  "Where the API is, as base_url of a [[tenant]]; may be pasted from the browser")
      ->type_name("URL");
  CLI::Option* variable =
      discover.add_option("--token-env", access.token_env, "Environment variable with the token")
          ->type_name("NAME");
  discover.add_option("--token-file", access.token_file, "File with the token")
      ->type_name("PATH")
      ->excludes(variable);
  discover.add_option("--ca-file", access.ca_file, "Certificates to trust, a file in PEM form")
      ->type_name("PATH");
  discover
      .add_option("--proxy-url", access.proxy_url,
                  "Proxy on the way (default: what https_proxy and no_proxy say)")
      ->type_name("URL");
  discover
      .add_option("--name", access.name, "Name of the tenant on metrics (default: from its URL)")
      ->type_name("NAME");
  discover
      .add_option("--write", options.write, "Make this file instead; one that exists is left alone")
      ->type_name("PATH");
  discover.footer(kDiscoverFooter);
}

std::optional<std::string> find_missing(const DiscoverOptions& options) {
  const discover::TenantAccess& access = options.access;
  if (access.base_url.empty())
    return "--base-url is required, such as "
           "https://cloud.uipath.com/ORGANISATION/TENANT/reinfer_";
  if (access.token_env.empty() && access.token_file.empty())
    return "--token-env or --token-file is required: the token itself never stands on a command "
           "line";
  return std::nullopt;
}

}  // namespace reinfer::app
