#include "config/files.h"

#include <fmt/format.h>
#include <glob.h>

#include <cerrno>
#include <filesystem>
#include <set>
#include <system_error>
#include <tl/expected.hpp>
#include <utility>

#include "base/hash.h"
#include "base/small_file.h"
#include "config/document.h"

namespace reinfer::config {
namespace {

constexpr std::size_t kMebibyte = 1024 * 1024;

std::string too_large() {
  return fmt::format("is too large, allowed: at most {} MiB", kFileBytesMax / kMebibyte);
}

tl::expected<std::string, std::string> read_file(const std::string& path) {
  auto text = base::read_small_file(path, kFileBytesMax);
  if (text) return std::move(*text);
  if (text.error().fault == base::FileFault::too_large) return tl::unexpected(too_large());
  return tl::unexpected("cannot be read: " + text.error().text);
}

struct Pattern {
  std::string text;
  base::Place place;
};

// A malformed document includes nothing; reading it reports the problem.
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

struct UnreadableFolder {
  std::string name;
  std::string problem;
};

// Why glob() gave up, which calls a function without an argument of ours.
UnreadableFolder& unreadable_folder() {
  thread_local UnreadableFolder folder;
  return folder;
}

// A folder that is not there matches nothing; one that may not be looked into may hold tenants.
int give_up(const char* folder, int error) {
  if (error == ENOENT || error == ENOTDIR) return 0;
  unreadable_folder() = {folder, "cannot be read: " + std::generic_category().message(error)};
  return 1;
}

// The folder of the main file is no pattern.
std::string escaped(const std::string& folder) {
  std::string text;
  for (const char c : folder) {
    if (std::string_view("*?[\\").find(c) != std::string_view::npos) text += '\\';
    text += c;
  }
  return text;
}

tl::expected<std::vector<std::string>, UnreadableFolder> files_of(const std::string& pattern) {
  glob_t found{};
  // GLOB_NOMAGIC returns a name without a wildcard as it is, so that a missing file is reported.
  // Without GLOB_TILDE, glob() does not read the database of users and is safe on threads.
  // NOLINTNEXTLINE(concurrency-mt-unsafe)
  const int code = glob(pattern.c_str(), GLOB_NOMAGIC, give_up, &found);
  std::vector<std::string> names;
  if (code == 0) names.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  if (code == GLOB_ABORTED) return tl::unexpected(std::exchange(unreadable_folder(), {}));
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
  if (!files.front().text) return;
  const std::filesystem::path first(files.front().name);
  std::set<std::string> known{first.lexically_normal().string()};
  std::size_t bytes = 0;
  for (const Pattern& pattern : include_patterns(*files.front().text, files.front().name)) {
    const std::filesystem::path whole =
        std::filesystem::path(escaped(first.parent_path().string())) / pattern.text;
    auto names = files_of(whole.lexically_normal().string());
    if (!names) {
      files.push_back({names.error().name, tl::unexpected(names.error().problem), pattern.place});
      continue;
    }
    for (std::string& name : *names) {
      if (!known.insert(std::filesystem::path(name).lexically_normal().string()).second) continue;
      // One problem stands for all files after the limit.
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
  if (toml.size() > kFileBytesMax)
    files.push_back({file_name, tl::unexpected(too_large()), {}});
  else
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
