#include "config/files.h"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>

#include "base/hash.h"
#include "config/document.h"

namespace reinfer::config {
namespace {

constexpr std::size_t kMebibyte = 1024 * 1024;

// The error is the reason.
tl::expected<std::string, std::string> read_file(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    return tl::unexpected(std::string("cannot be read: is a directory"));
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return tl::unexpected("cannot be read: " + std::system_category().message(errno));
  // In pieces: its size says nothing for a pipe. One byte more than allowed tells that it is too
  // large.
  std::string text;
  std::array<char, 64 * 1024> piece;
  while (file && text.size() <= kFileBytesMax) {
    file.read(piece.data(), static_cast<std::streamsize>(
                                std::min(piece.size(), kFileBytesMax + 1 - text.size())));
    text.append(piece.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad()) return tl::unexpected("cannot be read: " + std::system_category().message(errno));
  return text;
}

struct Pattern {
  std::string text;
  base::Place place;
};

// A document that is wrong includes nothing: whoever reads it says why.
std::vector<Pattern> include_patterns(std::string_view toml, const std::string& file_name) {
  std::vector<Pattern> patterns;
  const auto document = parse_document(toml, file_name);
  if (!document) return patterns;
  for (const DocumentMember& member : document->members) {
    if (member.key != "include") continue;
    for (const DocumentValue& item : member.value.items)
      if (item.kind == DocumentValue::Kind::string && !item.text.empty() &&
          patterns.size() < kIncludePatternsMax)
        patterns.push_back({item.text, item.place});
  }
  return patterns;
}

std::vector<std::string> files_of(const std::string& pattern) {
  glob_t found{};
  // GLOB_NOMAGIC: a name without a wildcard is returned as it is, so that it is missed if missing.
  // Without GLOB_TILDE it looks at no database of users, which is what makes it unsafe on threads.
  // NOLINTNEXTLINE(concurrency-mt-unsafe)
  const int code = glob(pattern.c_str(), GLOB_NOMAGIC, nullptr, &found);
  std::vector<std::string> names;
  if (code == 0) names.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  return names;
}

void add_file(std::string name, base::Place at, std::size_t& bytes,
              std::vector<ConfigFile>& files) {
  tl::expected<std::string, std::string> text =
      files.size() > kIncludedFilesMax
          ? tl::unexpected(
                fmt::format("is one file too many, allowed: at most {}", kIncludedFilesMax))
          : read_file(name);
  if (text) bytes += text->size();
  if (bytes > kIncludedBytesMax)
    text = tl::unexpected(fmt::format("is too much, allowed: at most {} MiB in all files together",
                                      kIncludedBytesMax / kMebibyte));
  files.push_back({std::move(name), std::move(text), at});
}

void add_included(std::vector<ConfigFile>& files) {
  if (!files.front().text || files.front().text->size() > kFileBytesMax) return;
  const std::filesystem::path first(files.front().name);
  std::set<std::string> known{first.lexically_normal().string()};
  std::size_t bytes = 0;
  for (const Pattern& pattern : include_patterns(*files.front().text, files.front().name)) {
    const std::filesystem::path whole = first.parent_path() / pattern.text;
    for (std::string& name : files_of(whole.lexically_normal().string())) {
      if (!known.insert(std::filesystem::path(name).lexically_normal().string()).second) continue;
      // One report is enough for all that come after.
      if (bytes > kIncludedBytesMax || files.size() > kIncludedFilesMax + 1) return;
      add_file(std::move(name), pattern.place, bytes, files);
    }
  }
}

}  // namespace

std::vector<ConfigFile> read_config_files(const std::string& path) {
  std::vector<ConfigFile> files;
  files.push_back({path, read_file(path), {}});
  add_included(files);
  return files;
}

std::vector<ConfigFile> with_included(std::string_view toml, const std::string& file_name) {
  std::vector<ConfigFile> files;
  files.push_back({file_name, std::string(toml), {}});
  add_included(files);
  return files;
}

std::uint64_t fingerprint(const std::vector<ConfigFile>& files) {
  std::string all;
  for (const ConfigFile& file : files) {
    const std::string& text = file.text ? *file.text : file.text.error();
    all += fmt::format("{}\n{}\n{:016x}\n", file.name, text.size(), base::stable_hash(text));
  }
  return base::stable_hash(all);
}

}  // namespace reinfer::config
