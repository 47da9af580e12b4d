#include "tests/fuzz/second_opinions.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <regex>
#include <utility>

namespace reinfer::tests {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kToken =
    "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

std::string_view without_blanks(std::string_view text, std::string_view blanks = " \t") {
  while (!text.empty() && blanks.find(text.front()) != std::string_view::npos)
    text.remove_prefix(1);
  while (!text.empty() && blanks.find(text.back()) != std::string_view::npos)
    text.remove_suffix(1);
  return text;
}

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

// Where the quoted string that begins at `start` has its last quote; npos if it has none.
std::size_t end_of_quote(std::string_view text, std::size_t start) {
  for (std::size_t i = start + 1; i < text.size(); i += text[i] == '\\' ? 2 : 1)
    if (text[i] == '"') return i;
  return std::string_view::npos;
}

// Pieces between separators that are in no quoted string.
std::vector<std::string_view> pieces(std::string_view text, char separator) {
  std::vector<std::string_view> result;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t end = text[i] == '"' ? end_of_quote(text, i) : std::string_view::npos;
    if (end != std::string_view::npos) i = end;
    if (text[i] != separator) continue;
    result.push_back(text.substr(start, i - start));
    start = i + 1;
  }
  result.push_back(text.substr(start));
  return result;
}

std::string_view leading_token(std::string_view text) {
  return text.substr(0, std::min(text.find_first_not_of(kToken), text.size()));
}

std::string value_after(std::string_view text) {
  text = without_blanks(text);
  if (text.empty() || text.front() != '=') return "";
  text = without_blanks(text.substr(1));
  const std::size_t end = text.starts_with('"') ? end_of_quote(text, 0) : std::string_view::npos;
  if (end == std::string_view::npos) return std::string(leading_token(text));
  std::string value;
  for (std::size_t i = 1; i < end; ++i) {
    if (text[i] == '\\') ++i;
    value += text[i];
  }
  return value;
}

std::optional<double> milliseconds(const std::string& text) {
  static const std::regex decimal(R"([+]?-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)");
  std::string number(without_blanks(text, " \t\n\f\r"));
  if (number.size() > kOpinionBytesMax || number.starts_with("+-") ||
      !std::regex_match(number, decimal))
    return std::nullopt;
  errno = 0;
  const double value = std::strtod(number.c_str(), nullptr);
  // Numbers near 0 that lose digits are numbers.
  if ((errno == ERANGE && (value == 0 || value > 1)) || value < 0) return std::nullopt;
  return value == 0 ? 0 : value;
}

bool is_field(std::string_view line, std::string_view& name, std::string_view& value) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  name = line.substr(0, colon);
  value = without_blanks(line.substr(colon + 1));
  return name.find_first_not_of(kToken) == std::string_view::npos &&
         std::none_of(value.begin(), value.end(),
                      [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}

std::vector<std::string_view> lines_of(std::string_view head) {
  std::vector<std::string_view> lines;
  for (;;) {
    const auto end = head.find("\r\n");
    lines.push_back(head.substr(0, end));
    if (end == std::string_view::npos) return lines;
    head.remove_prefix(end + 2);
  }
}

bool is_request_line(std::string_view line) {
  static const std::regex form(R"([!#$%&'*+.^_`|~0-9A-Za-z-]+ /[\x21-\x7e]* HTTP/1\.[01])");
  return line.size() < kOpinionBytesMax && std::regex_match(line.begin(), line.end(), form);
}

}  // namespace

std::optional<base::Nanoseconds> second_duration(std::string_view text) {
  static const std::regex form(
      R"((?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?(?:(\d+)us)?)");
  constexpr std::array<double, 6> kSeconds = {86400, 3600, 60, 1, 1e-3, 1e-6};
  constexpr std::array<base::Nanoseconds, 6> kUnits = {24h, 1h, 1min, 1s, 1ms, 1us};
  std::cmatch found;
  if (text.empty() || !std::regex_match(text.data(), text.data() + text.size(), found, form))
    return std::nullopt;
  base::Nanoseconds sum{0};
  for (std::size_t i = 0; i < kUnits.size(); ++i) {
    const std::string digits = found[i + 1].str();
    // Far too large for a calculation in whole numbers.
    if (std::strtod(digits.c_str(), nullptr) * kSeconds[i] > 1e9) return std::nullopt;
    sum += std::strtoll(digits.c_str(), nullptr, 10) * kUnits[i];
  }
  return sum <= 365 * 24h ? std::optional(sum) : std::nullopt;
}

std::optional<base::Nanoseconds> second_retry_after(std::string_view value, base::WallTime now,
                                                    base::Nanoseconds most) {
  static const std::regex whole(R"(\d+)");
  const std::string text(without_blanks(value, " \t\r\n"));
  if (text.empty() || text.size() > kOpinionBytesMax) return std::nullopt;
  if (std::regex_match(text, whole)) {
    const double seconds = std::strtod(text.c_str(), nullptr);
    return seconds >= base::to_seconds(most) ? most : base::from_seconds(seconds);
  }
  constexpr const char* kForm = "%a, %d %b %Y %H:%M:%S GMT";
  std::tm utc{};
  const char* end = strptime(text.c_str(), kForm, &utc);
  if (end == nullptr || *end != '\0' || utc.tm_year < 70 || utc.tm_year > 200) return std::nullopt;
  // Written again it is the same, or it was no real date.
  const std::time_t seconds = timegm(&utc);
  std::array<char, 64> again{};
  if (std::strftime(again.data(), again.size(), kForm, &utc) == 0 || text != again.data())
    return std::nullopt;
  const base::Nanoseconds wait = base::from_unix_seconds(static_cast<long long>(seconds)) - now;
  return std::clamp(wait, base::Nanoseconds{0}, most);
}

std::vector<model::ServerTiming> second_server_timing(std::string_view line) {
  std::vector<model::ServerTiming> entries;
  for (const std::string_view piece : pieces(line, ',')) {
    const auto parts = pieces(without_blanks(piece), ';');
    model::ServerTiming entry{std::string(leading_token(parts.front())), std::nullopt, ""};
    if (entry.name.empty()) continue;
    bool duration_seen = false;
    bool description_seen = false;
    for (std::size_t i = 1; i < parts.size(); ++i) {
      const std::string_view parameter = without_blanks(parts[i]);
      const std::string_view name = leading_token(parameter);
      const std::string value = value_after(parameter.substr(name.size()));
      if (same_word(name, "dur") && !std::exchange(duration_seen, true))
        entry.duration_ms = milliseconds(value);
      if (same_word(name, "desc") && !std::exchange(description_seen, true))
        entry.description = value;
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::optional<std::pair<std::size_t, std::size_t>> second_framing(std::string_view bytes) {
  const auto end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos || end + 4 > 16 * 1024) return std::nullopt;
  const auto lines = lines_of(bytes.substr(0, end));
  if (lines.size() > 101 || !is_request_line(lines.front())) return std::nullopt;
  std::size_t hosts = 0;
  std::size_t lengths = 0;
  std::size_t body = 0;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    std::string_view name;
    std::string_view value;
    if (!is_field(lines[i], name, value) || same_word(name, "Transfer-Encoding"))
      return std::nullopt;
    if (same_word(name, "Host")) ++hosts;
    if (!same_word(name, "Content-Length")) continue;
    ++lengths;
    if (value.empty() || value.size() > 9 ||
        value.find_first_not_of("0123456789") != std::string_view::npos)
      return std::nullopt;
    body = std::strtoul(std::string(value).c_str(), nullptr, 10);
  }
  const bool needs_host = lines.front().ends_with("HTTP/1.1");
  if (hosts > 1 || (needs_host && hosts == 0) || lengths > 1 || body > 64 * 1024)
    return std::nullopt;
  if (bytes.size() < end + 4 + body) return std::nullopt;
  return std::pair(end + 4, body);
}

// README, "Outcomes": the first row that fits counts.
model::Outcome second_verdict(model::WireError error, std::optional<int> status, Writer writer,
                              std::optional<int> expected_status) {
  using model::Outcome;
  using model::WireError;
  constexpr std::pair<WireError, Outcome> kBroken[] = {
      {WireError::resolve, Outcome::dns_error},
      {WireError::connect, Outcome::connect_error},
      {WireError::connect_timeout, Outcome::connect_timeout},
      {WireError::tls, Outcome::tls_error},
      {WireError::response_timeout, Outcome::response_timeout},
      {WireError::connection_lost, Outcome::connection_lost},
      {WireError::proxy, Outcome::proxy_error},
      {WireError::monitor, Outcome::monitor_error}};
  for (const auto& [broken, outcome] : kBroken)
    if (error == broken) return outcome;
  if (!status) return Outcome::bad_body;
  const int code = *status;
  const bool ours = writer == Writer::application_ok || writer == Writer::application_error;
  const bool succeeded = code >= 200 && code <= 299;
  const bool expected = expected_status ? *expected_status == code : succeeded;
  const std::pair<bool, Outcome> rows[] = {
      {code >= 300 && code <= 399, Outcome::redirected},
      {code == 401, Outcome::unauthorized},
      {code == 429, Outcome::throttled},
      {error == WireError::bad_body, Outcome::bad_body},
      {error == WireError::too_large, Outcome::response_too_large},
      {writer == Writer::application_ok && succeeded && expected, Outcome::ok},
      {writer == Writer::application_ok, Outcome::protocol_error},
      {writer == Writer::application_other, Outcome::protocol_error},
      {ours && code < 400, Outcome::protocol_error},
      {ours && expected_status == code, Outcome::ok},
      {ours && code >= 500, Outcome::server_error},
      {ours && code == 403, Outcome::forbidden},
      {ours && code == 404, Outcome::not_found},
      {ours && code == 409, Outcome::conflict},
      {ours, Outcome::bad_request},
      {code >= 500, Outcome::gateway_error},
      {code == 403, Outcome::edge_blocked},
      {code == 404, Outcome::gateway_not_found},
  };
  for (const auto& [fits, outcome] : rows)
    if (fits) return outcome;
  return Outcome::not_the_api;
}

}  // namespace reinfer::tests
