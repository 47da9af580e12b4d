#include "config/prove_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/http_token.h"
#include "base/text.h"

namespace reinfer::config {
namespace {

struct Refusal {
  std::string_view name;  // lower case
  std::string_view reason;
};

constexpr std::string_view kFraming = "frames the message, which is the exporter's to do";
constexpr std::string_view kOwn = "is set by the exporter itself";

constexpr std::array kRefused = {
    Refusal{"authorization",
            "carries the token, which token_env, token_file, token_command or oauth names"},
    Refusal{"proxy-authorization", "carries a proxy's password, which does not belong into a file"},
    Refusal{"cookie", "carries a session, and a probe has none"},
    Refusal{"host", "says which host is meant, which base_url does"},
    Refusal{"user-agent", kOwn},
    Refusal{"accept", kOwn},
    Refusal{"accept-encoding", kOwn},
    Refusal{"cache-control", kOwn},
    Refusal{"content-type", kOwn},
    Refusal{"x-request-id", "is set by the exporter itself, another one for each probe"},
    Refusal{"content-length", kFraming},
    Refusal{"transfer-encoding", kFraming},
    Refusal{"connection", kFraming},
    Refusal{"keep-alive", kFraming},
    Refusal{"proxy-connection", kFraming},
    Refusal{"upgrade", kFraming},
    Refusal{"te", kFraming},
    Refusal{"trailer", kFraming},
    Refusal{"expect", kFraming},
};

}  // namespace

std::optional<std::string> header_name_fault(std::string_view name) {
  constexpr std::size_t kBytesMax = 128;
  if (!base::is_http_token(name) || name.size() > kBytesMax)
    return fmt::format(
        "is not the name of a header, allowed: 1 to {} letters, digits, hyphens and other "
        "characters of header names, such as X-Team",
        kBytesMax);
  const std::string lower = base::to_lower(name);
  for (const Refusal& refusal : kRefused)
    if (refusal.name == lower)
      return fmt::format("{}, allowed: other headers, such as X-Team", refusal.reason);
  return std::nullopt;
}

std::optional<std::string> header_value_fault(std::string_view value) {
  constexpr std::size_t kBytesMax = 1024;
  constexpr std::string_view kAllowed =
      "visible ASCII characters with spaces and tabs between them";
  const auto fits = [](char c) { return (c >= 0x20 && c < 0x7f) || c == '\t'; };
  if (value.empty()) return fmt::format("is empty, allowed: {}", kAllowed);
  if (value.size() > kBytesMax)
    return fmt::format("has {} bytes, allowed: at most {}", value.size(), kBytesMax);
  if (!std::all_of(value.begin(), value.end(), fits))
    return fmt::format(
        "contains a line break or another character that no header may carry, "
        "allowed: {}",
        kAllowed);
  if (base::trim(value) != value)
    return fmt::format("begins or ends with a blank, allowed: {}", kAllowed);
  return std::nullopt;
}

}  // namespace reinfer::config
