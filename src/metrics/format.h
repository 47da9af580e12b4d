// The formats of the metrics, and the choice among them by an Accept header. Used by the routes.
// Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace reinfer::metrics {

// `openmetrics_created`: with `_created` series, which no Accept header asks for.
enum class Format : std::uint8_t { text, openmetrics, openmetrics_created, protobuf };

// The format sent for `format` when `_created` series are switched on.
Format with_created_series(Format format);

struct ChosenFormat {
  Format format = Format::text;
  std::string content_type;
  bool operator==(const ChosenFormat&) const = default;
};

// Text 0.0.4, the answer to a request without an Accept header that names another format.
ChosenFormat text_format();

// By RFC 9110 section 12.5.1: the offered format with the highest q; of equals, the one named
// first, and a named one before one that a `*` covers. Nothing acceptable is answered with text
// 0.0.4, as exporters usually do: a scraper has more use for that than for an error. Versions: text
// 0.0.4 and 1.0.0, OpenMetrics 0.0.1 and 1.0.0, and delimited io.prometheus.client.MetricFamily.
// `escaping` changes nothing, since our names need none; versions 1.0.0 repeat it.
ChosenFormat choose_format(std::string_view accept);

}  // namespace reinfer::metrics
