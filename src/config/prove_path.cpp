#include "config/prove_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <tl/expected.hpp>

#include "base/small_file.h"

namespace reinfer::config {
namespace {

std::optional<std::string> file_path_fault(std::string_view path) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (path.empty()) return "is empty, allowed: the path of a file";
  if (std::any_of(path.begin(), path.end(), is_control))
    return "contains a control character, allowed: the path of a file";
  if (path == "~" || path.starts_with("~/"))
    return fmt::format("is {}, and only a shell knows ~, allowed: the path written out",
                       base::quote(path));
  return std::nullopt;
}

// A folder that is known only where the exporter runs; the rest of the path follows.
constexpr std::string_view kCredentialsPrefix = "${CREDENTIALS_DIRECTORY}/";
constexpr const char* kCredentialsVariable = "CREDENTIALS_DIRECTORY";

// The path that follows from one that begins with a variable, or what is wrong with it.
tl::expected<std::filesystem::path, std::string> credential_path(const std::string& path) {
  if (!path.starts_with(kCredentialsPrefix) || path.size() == kCredentialsPrefix.size())
    return tl::unexpected(
        fmt::format("is {}, and no variable is known here but one: allowed: {}NAME, the credential "
                    "NAME of a systemd unit (a file whose name begins with $ is ./$...)",
                    base::quote(path), kCredentialsPrefix));
  // Set once by whoever starts the process.
  const char* folder = std::getenv(kCredentialsVariable);  // NOLINT(concurrency-mt-unsafe)
  if (folder == nullptr || *folder != '/')
    return tl::unexpected(fmt::format(
        "is {}, and the variable {} is not set: systemd sets it for a unit with "
        "LoadCredential=; to try the file by hand: {}=FOLDER reinfer_exporter check ...",
        base::quote(path), kCredentialsVariable, kCredentialsVariable));
  return std::filesystem::path(folder) / path.substr(kCredentialsPrefix.size());
}

bool is_variable_name(std::string_view name) {
  const auto is_word = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
         std::all_of(name.begin(), name.end(), is_word);
}

}  // namespace

std::string prove_path(const Setting<std::string>& setting, base::ProblemList& problems) {
  if (!setting.value) return "";
  if (const auto fault = file_path_fault(*setting.value)) {
    problems.add(setting.place, setting.key, *fault);
    return "";
  }
  if (setting.value->starts_with('$')) {
    const auto path = credential_path(*setting.value);
    if (path) return path->lexically_normal().string();
    problems.add(setting.place, setting.key, path.error());
    return "";
  }
  const std::filesystem::path file = problems.file_of(setting.place);
  const std::filesystem::path folder = file.parent_path();
  return (folder / *setting.value).lexically_normal().string();
}

std::string prove_readable_file(const Setting<std::string>& setting, std::string_view what,
                                base::ProblemList& problems) {
  std::string path = prove_path(setting, problems);
  if (path.empty()) return "";
  if (const auto fault = base::find_file_fault(path))
    problems.add(setting.place, setting.key,
                 fmt::format("{} cannot be read: {}, allowed: a readable file of {} in PEM form",
                             base::quote(path), fault->text, what));
  return path;
}

std::string prove_variable(const Setting<std::string>& setting, std::string_view secret,
                           base::ProblemList& problems) {
  if (!setting.value) return "";
  if (is_variable_name(*setting.value)) return *setting.value;
  problems.add(setting.place, setting.key,
               setting.value->empty()
                   ? "is empty, allowed: the name of an environment variable"
                   : fmt::format("is not the name of an environment variable, allowed: letters, "
                                 "digits and underscores, not starting with a digit ({} itself "
                                 "does not belong into this file)",
                                 secret));
  return "";
}

}  // namespace reinfer::config
