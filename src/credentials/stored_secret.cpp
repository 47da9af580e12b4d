#include "credentials/stored_secret.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/small_file.h"

namespace reinfer::credentials {
namespace {

using TextOrError = tl::expected<std::string, std::string>;

TextOrError environment_text(const std::string& name) {
  // Nothing in the process writes its environment.
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
  if (value == nullptr) return tl::unexpected(fmt::format("the variable {} is not set", name));
  return value;
}

TextOrError file_text(const std::string& path) {
  auto text = base::read_small_file(path, kTokenBytesMax);
  if (text) return std::move(*text);
  if (text.error().fault == base::FileFault::too_large)
    return tl::unexpected(path + " " + text.error().text);
  return tl::unexpected(fmt::format("{} cannot be read: {}", path, text.error().text));
}

TextOrError stored_text(const model::SecretSource& source) {
  return source.kind == model::SecretSource::Kind::environment ? environment_text(source.name)
                                                               : file_text(source.name);
}

std::string describe(const model::SecretSource& source) {
  return source.kind == model::SecretSource::Kind::environment ? "the variable " + source.name
                                                               : source.name;
}

// systemd hands a credential over with an ACL, whose mask is shown as the group's mode.
bool is_credential_of_systemd(const std::string& path) {
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");  // NOLINT(concurrency-mt-unsafe)
  return folder != nullptr && path.starts_with(std::string(folder) + "/");
}

bool is_hidden(const std::string& name, const std::vector<model::TokenSource>& sources) {
  return std::any_of(sources.begin(), sources.end(), [&](const model::TokenSource& source) {
    const model::SecretSource& oauth = source.oauth.client_secret;
    return (source.kind == model::TokenSource::Kind::environment && source.name == name) ||
           (oauth.kind == model::SecretSource::Kind::environment && oauth.name == name);
  });
}

}  // namespace

SecretOrError read_stored(const model::SecretSource& source) {
  TextOrError text = stored_text(source);
  if (!text) return tl::unexpected(text.error());
  SecretOrError secret = clean_token(*text, describe(source));
  std::fill(text->begin(), text->end(), '\0');
  return secret;
}

StoredSecret read_with_warnings(const model::SecretSource& source) {
  TextOrError text = stored_text(source);
  if (!text) return {tl::unexpected(text.error()), {}};
  StoredSecret stored{clean_token(*text, describe(source)), {}};
  if (stored.secret && was_untidy(*text, *stored.secret))
    stored.warnings.push_back(
        describe(source) +
        " holds more than the token (blanks, quotes or \"Bearer\"), which is left out");
  std::fill(text->begin(), text->end(), '\0');
  struct stat facts {};
  const bool file =
      source.kind == model::SecretSource::Kind::file && !is_credential_of_systemd(source.name);
  if (file && stat(source.name.c_str(), &facts) == 0 && (facts.st_mode & (S_IRGRP | S_IROTH)) != 0)
    stored.warnings.push_back(fmt::format("{} can be read by others than its owner (mode {:o})",
                                          source.name, facts.st_mode & 0777U));
  return stored;
}

std::vector<std::string> environment_for_child(const std::vector<model::TokenSource>& sources) {
  std::vector<std::string> kept;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string text(*entry);
    if (!is_hidden(text.substr(0, text.find('=')), sources)) kept.push_back(text);
  }
  return kept;
}

}  // namespace reinfer::credentials
