#include "app/config_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/text.h"

namespace reinfer::app {
namespace {

constexpr std::string_view kEnding = ".toml";

bool is_there(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  return std::filesystem::exists(status) && !std::filesystem::is_directory(status);
}

}  // namespace

std::vector<std::string> usual_config_files() {
  return {"/etc/prometheus/reinfer_exporter.toml", "./reinfer_exporter.toml"};
}

bool names_config_file(const std::string& word) {
  return word.ends_with(kEnding) && is_there(word);
}

std::vector<std::string> take_config_files(std::vector<std::string>& arguments) {
  const auto files =
      std::stable_partition(arguments.begin(), arguments.end(),
                            [](const std::string& word) { return !names_config_file(word); });
  std::vector<std::string> taken(files, arguments.end());
  arguments.erase(files, arguments.end());
  return taken;
}

tl::expected<std::string, std::string> choose_config_file(const ConfigFileGiven& given,
                                                          const std::vector<std::string>& usual) {
  std::vector<std::string> named = given.argument;
  for (const std::string& path : {given.option, given.command_option})
    if (!path.empty()) named.insert(named.begin(), path);
  if (named.size() > 1)
    return tl::unexpected(fmt::format(
        "--config.file: {} configurations are given, {}, allowed: one, which may include others",
        named.size(), base::join(named, " and ")));
  if (!named.empty()) return named.front();
  const auto found = std::find_if(usual.begin(), usual.end(), is_there);
  if (found != usual.end()) return *found;
  return tl::unexpected(fmt::format("--config.file is not given, and there is neither {}",
                                    fmt::join(usual, " nor ")));
}

}  // namespace reinfer::app
