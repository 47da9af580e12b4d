#include "credentials/credentials.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <system_error>

#include "base/text.h"

namespace reinfer {
namespace {

constexpr std::string_view kScheme = "bearer ";

TokenOrWhy read_environment(const std::string& name) {
  // Nothing in the process writes its environment.
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
  if (value == nullptr) return tl::unexpected(fmt::format("the variable {} is not set", name));
  return clean_token(value, "the variable " + name);
}

TokenOrWhy read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return tl::unexpected(fmt::format("{} cannot be read: {}", path,
                                      std::error_code(errno, std::generic_category()).message()));
  std::string text(kTokenBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || (file.fail() && !file.eof()))
    return tl::unexpected(fmt::format("{} cannot be read", path));
  text.resize(static_cast<std::size_t>(file.gcount()));
  TokenOrWhy token = clean_token(text, path);
  std::fill(text.begin(), text.end(), '\0');
  return token;
}

}  // namespace

TokenOrWhy clean_token(std::string_view stored, std::string_view origin) {
  if (stored.size() > kTokenBytesMax)
    return tl::unexpected(fmt::format("{} holds more than {} bytes", origin, kTokenBytesMax));
  std::string_view token = trim(stored);
  const auto unquote = [&token] {
    for (const char quote : {'"', '\''})
      if (token.size() >= 2 && token.front() == quote && token.back() == quote)
        token = trim(token.substr(1, token.size() - 2));
  };
  unquote();
  while (token.size() >= kScheme.size() &&
         equals_ignoring_case(token.substr(0, kScheme.size()), kScheme))
    token = trim(token.substr(kScheme.size()));
  unquote();
  if (token.empty()) return tl::unexpected(fmt::format("{} is empty", origin));
  const bool visible =
      std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (!visible)
    return tl::unexpected(
        fmt::format("{} holds a character that no token has (allowed: visible ASCII)", origin));
  return Secret(std::string(token));
}

TokenOrWhy read_token(const TokenSource& source) {
  return source.kind == TokenSource::Kind::environment ? read_environment(source.name)
                                                       : read_file(source.name);
}

Credentials::Credentials(const Plan& plan) {
  for (const Tenant& tenant : plan.tenants())
    sources_.push_back(tenant.token);
}

TokenOrWhy Credentials::token(TenantIndex tenant) const {
  return read_token(sources_.at(to_size(tenant)));
}

}  // namespace reinfer
