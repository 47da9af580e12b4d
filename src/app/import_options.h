// The command line of `reinfer_exporter import-blackbox`. Used by options.cpp, which owns the whole
// command line. It reads no file.
#pragma once

#include <optional>
#include <string>

namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
}

namespace reinfer::app {

struct ImportOptions {
  std::string blackbox_file;
  std::string prometheus_file;
  std::string write;  // file to be made, "" for stdout
};

// Adds the options to the command; they are written to `options`, which must outlive it.
void add_import(CLI::App& command, ImportOptions& options);

// The missing options, in words.
std::optional<std::string> find_missing(const ImportOptions& options);

}  // namespace reinfer::app
