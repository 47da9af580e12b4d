#include "sla/prometheus.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/check.h"
#include "base/text.h"

namespace reinfer::sla {

struct Prometheus::Document {
  nlohmann::json data;
};

namespace {

using nlohmann::json;

constexpr std::size_t kWordsBytesMax = 300;
constexpr std::size_t kWarningsMax = 10;

std::string member(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string seconds(base::WallTime time) {
  return fmt::format("{:.3f}", base::to_unix_seconds(time));
}

std::string form(const std::string& text) {
  return base::encode_path_segment(text);
}

// Words of the limits that Prometheus, Thanos and Mimir have.
bool is_too_much(const std::string& type, const std::string& words) {
  if (type == "timeout") return true;
  static constexpr std::array kSigns = {"too many samples", "exceeded", "limit", "timed out"};
  const std::string lower = base::to_lower(words);
  return std::any_of(kSigns.begin(), kSigns.end(),
                     [&](const char* sign) { return lower.find(sign) != std::string::npos; });
}

PrometheusFailure failure_of(const HttpAnswer& answer) {
  if (answer.status == 401 || answer.status == 403)
    return {
        fmt::format("answers {}: it wants other credentials, see --prometheus.token-file, "
                    "--prometheus.user-file and --prometheus.header-file",
                    answer.status)};
  if (answer.status >= 300 && answer.status < 400)
    return {fmt::format("answers {} and points to {}: give the URL that it really has",
                        answer.status, base::sanitise(answer.location, kWordsBytesMax))};
  const json body = json::parse(answer.body, nullptr, false);
  if (body.is_object() && member(body, "status") == "error") {
    const std::string type = member(body, "errorType");
    const std::string words = member(body, "error");
    return {fmt::format("refuses ({} {}): {}", answer.status, base::sanitise(type, kWordsBytesMax),
                        base::sanitise(words, kWordsBytesMax)),
            is_too_much(type, words)};
  }
  return {fmt::format(
      "answers {} with {}, which is not the API of Prometheus: is this its URL, "
      "with the path prefix that it has?",
      answer.status,
      answer.content_type.empty() ? "no content type"
                                  : base::sanitise(answer.content_type, kWordsBytesMax))};
}

std::optional<Sample> sample_of(const json& pair) {
  if (!pair.is_array() || pair.size() != 2 || !pair[0].is_number() || !pair[1].is_string())
    return std::nullopt;
  const auto& text = pair[1].get_ref<const std::string&>();
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  const auto milliseconds = std::llround(pair[0].get<double>() * 1000);
  return Sample{base::WallTime(std::chrono::milliseconds(milliseconds)), value};
}

std::optional<SeriesLabels> labels_of(const json& object) {
  if (!object.is_object()) return std::nullopt;
  SeriesLabels labels;
  for (const auto& [name, value] : object.items()) {
    if (!value.is_string()) return std::nullopt;
    labels[name] = value.get<std::string>();
  }
  return labels;
}

std::optional<Series> series_of(const json& one) {
  if (!one.is_object() || !one.contains("metric")) return std::nullopt;
  auto labels = labels_of(one["metric"]);
  if (!labels) return std::nullopt;
  Series series{std::move(*labels), {}};
  if (one.contains("value"))
    if (const auto sample = sample_of(one["value"])) series.samples.push_back(*sample);
  if (one.contains("values") && one["values"].is_array())
    for (const json& pair : one["values"])
      if (const auto sample = sample_of(pair); sample && std::isfinite(sample->value))
        series.samples.push_back(*sample);
  return series;
}

PrometheusFailure not_understood() {
  return {"answers in a form that the API of Prometheus does not have"};
}

}  // namespace

Prometheus::Answer<Prometheus::Document> Prometheus::ask(const std::string& path) {
  auto answer = get_(path);
  if (!answer) return tl::unexpected(PrometheusFailure{answer.error()});
  if (answer->status != 200) return tl::unexpected(failure_of(*answer));
  json body = json::parse(answer->body, nullptr, false);
  if (!body.is_object() || member(body, "status") != "success" || !body.contains("data"))
    return tl::unexpected(failure_of(*answer));
  if (body.contains("warnings") && body["warnings"].is_array())
    for (const json& warning : body["warnings"]) {
      if (!warning.is_string() || warnings_.size() >= kWarningsMax) continue;
      std::string words = base::sanitise(warning.get<std::string>(), kWordsBytesMax);
      if (std::find(warnings_.begin(), warnings_.end(), words) == warnings_.end())
        warnings_.push_back(std::move(words));
    }
  return Document{std::move(body["data"])};
}

Prometheus::Answer<std::vector<Series>> Prometheus::ask_for_series(const std::string& path) {
  auto document = ask(path);
  if (!document) return tl::unexpected(document.error());
  const json& data = document->data;
  if (!data.is_object() || !data.contains("result") || !data["result"].is_array())
    return tl::unexpected(not_understood());
  std::vector<Series> result;
  for (const json& one : data["result"]) {
    auto series = series_of(one);
    if (!series) return tl::unexpected(not_understood());
    result.push_back(std::move(*series));
  }
  return result;
}

Prometheus::Answer<std::vector<SeriesLabels>> Prometheus::series(const std::string& selector,
                                                                 const TimeSpan& span) {
  auto document = ask(fmt::format("/api/v1/series?match%5B%5D={}&start={}&end={}", form(selector),
                                  seconds(span.from), seconds(span.to)));
  if (!document) return tl::unexpected(document.error());
  if (!document->data.is_array()) return tl::unexpected(not_understood());
  std::vector<SeriesLabels> result;
  for (const json& one : document->data) {
    auto labels = labels_of(one);
    if (!labels) return tl::unexpected(not_understood());
    result.push_back(std::move(*labels));
  }
  return result;
}

Prometheus::Answer<std::vector<Series>> Prometheus::query(const std::string& expression,
                                                          base::WallTime time) {
  return ask_for_series(
      fmt::format("/api/v1/query?query={}&time={}", form(expression), seconds(time)));
}

Prometheus::Answer<std::vector<Series>> Prometheus::query_range(const std::string& expression,
                                                                const TimeSpan& span,
                                                                base::Nanoseconds step) {
  base::check((span.to - span.from) / step + 1 < kRangePointsMax,
              "Prometheus answers so many points");
  return ask_for_series(fmt::format("/api/v1/query_range?query={}&start={}&end={}&step={:.3f}",
                                    form(expression), seconds(span.from), seconds(span.to),
                                    base::to_seconds(step)));
}

std::string promql_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (c == '\n')
      result += "\\n";
    else
      result += c;
  }
  return result + '"';
}

}  // namespace reinfer::sla
