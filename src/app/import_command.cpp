#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "app/commands.h"
#include "app/load_command_config.h"
#include "app/new_file.h"
#include "base/small_file.h"
#include "base/text.h"
#include "migrate/imported_toml.h"

namespace reinfer::app {
namespace {

constexpr std::size_t kFileBytesMax = 8 * 1024 * 1024;

std::string name_of(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

// The value that `read` makes of the file; nullopt after the problem was printed.
template <class Read>
auto read_file(const char* option, const std::string& path, Read read)
    -> std::optional<typename decltype(read("", ""))::value_type> {
  const auto text = base::read_small_file(path, kFileBytesMax);
  if (!text) {
    fmt::print(stderr, "{}: {} cannot be read: {}\n", option, path, text.error().text);
    return std::nullopt;
  }
  auto value = read(*text, name_of(path));
  if (value) return std::move(*value);
  base::Problem problem = value.error();
  problem.file = path;
  fmt::print(stderr, "{}\n", base::to_string(problem));
  return std::nullopt;
}

}  // namespace

int import_command(const Options& options) {
  const ImportOptions& wanted = options.import_blackbox;
  if (!wanted.write.empty())
    if (const auto fault = refuse_existing("--write", wanted.write)) {
      fmt::print(stderr, "{}\n", *fault);
      return kExitBadConfig;
    }
  const auto modules = read_file("--blackbox", wanted.blackbox_file, migrate::read_modules);
  const auto jobs = read_file("--prometheus", wanted.prometheus_file, migrate::read_scrape_jobs);
  if (!modules || !jobs) return kExitBadConfig;
  const migrate::Imported imported = migrate::import_jobs(
      *modules, *jobs, name_of(wanted.blackbox_file), name_of(wanted.prometheus_file));
  if (imported.tenants == 0) {
    for (const std::string& note : imported.notes)
      fmt::print(stderr, "{}\n", note);
    fmt::print(
        stderr,
        "{}: none of its jobs asks for a tenant of the API through a module of {} that can be "
        "imported, allowed: targets such as "
        "https://cloud.uipath.com/ORGANISATION/TENANT/reinfer_/api/v1/..., "
        "https://NAME.reinfer.io or https://reinfer.io, in static_configs of a job with "
        "params: module\n",
        wanted.prometheus_file, wanted.blackbox_file);
    return 1;
  }
  fmt::print(stderr, "{} and {} imported, {} left to read at the head of the file\n",
             base::counted(imported.tenants, "tenant"), base::counted(imported.probes, "probe"),
             base::counted(imported.notes.size(), "note"));
  if (!wanted.write.empty()) {
    if (const auto fault = write_new_file("--write", wanted.write, imported.toml)) {
      fmt::print(stderr, "{}\n", *fault);
      return 1;
    }
    return 0;
  }
  fmt::print("{}", imported.toml);
  return std::fflush(stdout) == 0 ? 0 : 1;
}

}  // namespace reinfer::app
