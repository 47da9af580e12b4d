#include "config/load.h"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "config/document.h"
#include "config/read.h"

namespace reinfer {
namespace {

constexpr std::size_t kFileBytesMax = 8 * 1024 * 1024;

// The error is the reason.
tl::expected<std::string, std::string> read_file(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    return tl::unexpected(std::string("is a directory"));
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return tl::unexpected(std::system_category().message(errno));
  // One byte more than allowed tells a file that is too large; its size says nothing for a pipe.
  std::string text(kFileBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return tl::unexpected(std::system_category().message(errno));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

}  // namespace

tl::expected<Plan, Problems> load_plan(const std::string& path,
                                       const TokenInspector& inspect_token) {
  const auto text = read_file(path);
  if (!text) return tl::unexpected(Problems{{path, 0, 0, "", "cannot be read: " + text.error()}});
  return parse_plan(*text, path, inspect_token);
}

tl::expected<Plan, Problems> parse_plan(std::string_view toml, const std::string& file_name,
                                        const TokenInspector& inspect_token) {
  if (toml.size() > kFileBytesMax)
    return tl::unexpected(Problems{
        {file_name, 0, 0, "",
         fmt::format("is too large, allowed: at most {} MiB", kFileBytesMax / (1024 * 1024))}});
  const auto document = parse_document(toml, file_name);
  if (!document) return tl::unexpected(Problems{document.error()});
  ProblemList problems(file_name);
  const Config config = read_config(*document, problems);
  auto plan = prove(config, inspect_token, problems);
  if (!plan) return tl::unexpected(problems.sorted());
  return std::move(*plan);
}

}  // namespace reinfer
