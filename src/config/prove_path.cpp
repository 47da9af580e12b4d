#include "config/prove_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

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
