#include "metrics/format.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <vector>

#include "base/text.h"

namespace reinfer::metrics {
namespace {

// The media ranges of an Accept header that are read; no known client names more.
constexpr std::size_t kRangesMax = 64;

struct MediaRange {
  std::string type;  // "text/plain", "*/*"
  std::map<std::string, std::string> parameters;
  double q = 1;

  std::string parameter(const std::string& name) const {
    const auto found = parameters.find(name);
    return found == parameters.end() ? std::string() : found->second;
  }
};

// The parts between separators that are not in quotes.
std::vector<std::string_view> split_unquoted(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  std::size_t begin = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (text[i] != separator || quoted) continue;
    pieces.push_back(text.substr(begin, i - begin));
    begin = i + 1;
  }
  pieces.push_back(text.substr(begin));
  return pieces;
}

std::optional<double> read_q(std::string_view text) {
  double q = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), q);
  if (error != std::errc{} || end != text.data() + text.size() || !(q >= 0 && q <= 1))
    return std::nullopt;
  return q;
}

// Absent if this is no media range, or one with q=0.
std::optional<MediaRange> read_range(std::string_view text) {
  const std::vector<std::string_view> pieces = split_unquoted(text, ';');
  MediaRange range;
  range.type = base::to_lower(base::trim(pieces.front()));
  if (range.type.find('/') == std::string::npos) return std::nullopt;
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    const std::size_t equals = pieces[i].find('=');
    if (equals == std::string_view::npos) continue;
    const std::string name = base::to_lower(base::trim(pieces[i].substr(0, equals)));
    const std::string_view value = base::trim(base::trim(pieces[i].substr(equals + 1)), "\"");
    if (name != "q") {
      range.parameters.emplace(name, value);
      continue;
    }
    const auto q = read_q(value);
    if (!q) return std::nullopt;
    range.q = *q;
  }
  if (range.q <= 0) return std::nullopt;
  return range;
}

std::string repeat_escaping(const MediaRange& range) {
  constexpr std::array<std::string_view, 4> kSchemes = {"allow-utf-8", "underscores", "dots",
                                                        "values"};
  const std::string asked = range.parameter("escaping");
  const bool known = std::find(kSchemes.begin(), kSchemes.end(), asked) != kSchemes.end();
  return known ? "; escaping=" + asked : std::string();
}

std::optional<ChosenFormat> openmetrics(const MediaRange& range) {
  const std::string version = range.parameter("version");
  if (version == "0.0.1")
    return ChosenFormat{Format::openmetrics,
                        "application/openmetrics-text; version=0.0.1; charset=utf-8"};
  if (!version.empty() && version != "1.0.0") return std::nullopt;
  return ChosenFormat{
      Format::openmetrics,
      "application/openmetrics-text; version=1.0.0; charset=utf-8" + repeat_escaping(range)};
}

std::optional<ChosenFormat> text(const MediaRange& range) {
  const std::string version = range.parameter("version");
  if (version.empty() || version == "0.0.4") return text_format();
  if (version != "1.0.0") return std::nullopt;
  const std::string escaping = repeat_escaping(range);
  return ChosenFormat{Format::text, "text/plain; version=1.0.0; charset=utf-8" +
                                        (escaping.empty() ? "; escaping=underscores" : escaping)};
}

std::optional<ChosenFormat> protobuf(const MediaRange& range) {
  if (range.parameter("proto") != "io.prometheus.client.MetricFamily" ||
      range.parameter("encoding") != "delimited")
    return std::nullopt;
  return ChosenFormat{Format::protobuf,
                      "application/vnd.google.protobuf; "
                      "proto=io.prometheus.client.MetricFamily; encoding=delimited"};
}

std::optional<ChosenFormat> format_for(const MediaRange& range) {
  if (range.type == "application/openmetrics-text") return openmetrics(range);
  if (range.type == "application/vnd.google.protobuf") return protobuf(range);
  if (range.type == "text/plain") return text(range);
  if (range.type == "*/*" || range.type == "text/*") return text_format();
  if (range.type == "application/*") return openmetrics({});
  return std::nullopt;
}

// A lower rank is a better match.
int vagueness(const MediaRange& range) {
  if (range.type.starts_with("*/")) return 2;
  return range.type.ends_with("/*") ? 1 : 0;
}

}  // namespace

Format with_created_series(Format format) {
  return format == Format::openmetrics ? Format::openmetrics_created : format;
}

ChosenFormat text_format() {
  return {Format::text, "text/plain; version=0.0.4; charset=utf-8"};
}

ChosenFormat choose_format(std::string_view accept) {
  std::vector<MediaRange> ranges;
  for (const std::string_view piece : split_unquoted(accept, ',')) {
    if (ranges.size() == kRangesMax) break;
    if (auto range = read_range(piece)) ranges.push_back(std::move(*range));
  }
  std::stable_sort(ranges.begin(), ranges.end(), [](const MediaRange& a, const MediaRange& b) {
    return a.q != b.q ? a.q > b.q : vagueness(a) < vagueness(b);
  });
  for (const MediaRange& range : ranges)
    if (auto chosen = format_for(range)) return *chosen;
  return text_format();
}

}  // namespace reinfer::metrics
