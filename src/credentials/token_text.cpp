#include "credentials/token_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "base/text.h"

namespace reinfer::credentials {
namespace {

constexpr std::string_view kScheme = "bearer ";
constexpr std::string_view kPlaceholder = "$REINFER_TOKEN";
// Removing a shorter one would damage ordinary words.
constexpr std::size_t kScrubbedBytesMin = 6;

}  // namespace

SecretOrError clean_token(std::string_view stored, std::string_view origin) {
  if (stored.size() > kTokenBytesMax)
    return tl::unexpected(fmt::format("{} holds more than {} bytes", origin, kTokenBytesMax));
  std::string_view token = base::trim(stored);
  const auto unquote = [&token] {
    for (const char quote : {'"', '\''})
      if (token.size() >= 2 && token.front() == quote && token.back() == quote)
        token = base::trim(token.substr(1, token.size() - 2));
  };
  unquote();
  while (token.size() >= kScheme.size() &&
         base::equals_ignoring_case(token.substr(0, kScheme.size()), kScheme))
    token = base::trim(token.substr(kScheme.size()));
  unquote();
  if (token.empty()) return tl::unexpected(fmt::format("{} is empty", origin));
  const bool visible =
      std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (!visible)
    return tl::unexpected(
        fmt::format("{} holds a character that no token has (allowed: visible ASCII)", origin));
  return base::Secret(std::string(token));
}

bool was_untidy(std::string_view stored, const base::Secret& cleaned) {
  return base::trim(stored, "\r\n") != cleaned.reveal();
}

std::optional<base::WallTime> jwt_expiry(const base::Secret& token) {
  const auto pieces = base::split(token.reveal(), '.');
  if (pieces.size() != 3) return std::nullopt;
  const auto claims = base::decode_base64url(pieces[1]);
  if (!claims) return std::nullopt;
  const auto json = nlohmann::json::parse(*claims, nullptr, false);
  if (!json.is_object() || !json.contains("exp") || !json["exp"].is_number()) return std::nullopt;
  const double seconds = json["exp"].get<double>();
  if (!(seconds > 0)) return std::nullopt;
  return base::WallTime{base::from_seconds(seconds, std::chrono::hours(24 * 365 * 200))};
}

std::string without_secret(std::string text, const base::Secret& secret) {
  const std::string& hidden = secret.reveal();
  if (hidden.size() < kScrubbedBytesMin) return text;
  for (auto at = text.find(hidden); at != std::string::npos;
       at = text.find(hidden, at + kPlaceholder.size()))
    text.replace(at, hidden.size(), kPlaceholder);
  return text;
}

}  // namespace reinfer::credentials
