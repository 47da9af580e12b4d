#include "app/import_options.h"

#include <CLI/CLI.hpp>

namespace reinfer::app {

void add_import(CLI::App& command, ImportOptions& options) {
  command
      .add_option("--blackbox", options.blackbox_file,
                  "Configuration of the blackbox_exporter, with its modules (YAML)")
      ->type_name("PATH");
  command
      .add_option("--prometheus", options.prometheus_file,
                  "Configuration of the Prometheus that scrapes it, with its jobs (YAML)")
      ->type_name("PATH");
  command
      .add_option("--write", options.write, "Make this file instead; one that exists is left alone")
      ->type_name("PATH");
  command.footer(
      "The configuration goes to stdout; no secret is copied into it. Exit codes: 0 there is a "
      "configuration; 1 nothing could be imported; 2 the command line or one of the files is "
      "wrong.");
}

std::optional<std::string> find_missing(const ImportOptions& options) {
  if (options.blackbox_file.empty())
    return "--blackbox is required, such as --blackbox=/etc/prometheus/blackbox.yml";
  if (options.prometheus_file.empty())
    return "--prometheus is required, such as --prometheus=/etc/prometheus/prometheus.yml";
  return std::nullopt;
}

}  // namespace reinfer::app
