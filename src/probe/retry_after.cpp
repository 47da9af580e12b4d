#include "probe/retry_after.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "base/http_date.h"
#include "base/text.h"

namespace reinfer::probe {
namespace {

std::optional<std::string_view> find(const std::vector<model::Header>& headers,
                                     std::string_view name) {
  for (const model::Header& header : headers)
    if (base::equals_ignoring_case(header.name, name)) return base::trim(header.value);
  return std::nullopt;
}

std::optional<base::Nanoseconds> parse_seconds(std::string_view text) {
  long long seconds = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, seconds);
  if (stop != end || text.empty() || text.front() == '-') return std::nullopt;
  if (error == std::errc::result_out_of_range) return kRetryAfterMax;
  if (error != std::errc{}) return std::nullopt;
  return std::chrono::seconds(
      std::min(seconds, static_cast<long long>(kRetryAfterMax / std::chrono::seconds(1))));
}

}  // namespace

std::optional<base::Nanoseconds> parse_retry_after(const std::vector<model::Header>& headers,
                                                   base::WallTime now) {
  const auto value = find(headers, "retry-after");
  if (!value) return std::nullopt;
  if (const auto seconds = parse_seconds(*value)) return seconds;
  const auto until = base::parse_http_date(*value);
  if (!until) return std::nullopt;
  const auto date = find(headers, "date");
  const base::WallTime from = (date ? base::parse_http_date(*date) : std::nullopt).value_or(now);
  if (*until <= from) return base::Nanoseconds{0};
  return *until > from + kRetryAfterMax ? kRetryAfterMax : *until - from;
}

}  // namespace reinfer::probe
