// The formats that metrics are given in, and which of them an Accept header asks for. Used by the
// routes. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace reinfer::metrics {

enum class Format : std::uint8_t { text, openmetrics, protobuf };

struct ChosenFormat {
  Format format = Format::text;
  std::string content_type;
  bool operator==(const ChosenFormat&) const = default;
};

// Text 0.0.4, what everybody gets who does not ask for something else that there is.
ChosenFormat text_format();

// By RFC 9110 section 12.5.1: of what is offered, the format with the highest q; of equals, the one
// named first, and named before covered by a `*`. Nothing acceptable is answered with text 0.0.4,
// as servers of metrics do: whoever scrapes rather reads that than nothing. Versions: text 0.0.4
// and 1.0.0, OpenMetrics 0.0.1 and 1.0.0, and delimited io.prometheus.client.MetricFamily.
// `escaping` changes nothing, since our names need none; versions 1.0.0 repeat it.
ChosenFormat choose_format(std::string_view accept);

}  // namespace reinfer::metrics
