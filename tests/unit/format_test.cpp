#include <doctest/doctest.h>

#include "metrics/format.h"

namespace reinfer::tests::format_test {
namespace {

constexpr const char* kText = "text/plain; version=0.0.4; charset=utf-8";
constexpr const char* kOpen = "application/openmetrics-text; version=1.0.0; charset=utf-8";
constexpr const char* kOpenOld = "application/openmetrics-text; version=0.0.1; charset=utf-8";
constexpr const char* kProtobuf =
    "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

struct Row {
  const char* accept;
  metrics::Format format;
  const char* content_type;
};

TEST_CASE("the format is the best that the client accepts, or text 0.0.4") {
  const Row rows[] = {
      {"", metrics::Format::text, kText},
      {"*/*", metrics::Format::text, kText},
      {"text/*", metrics::Format::text, kText},
      {"text/plain", metrics::Format::text, kText},
      {"text/plain;version=0.0.4", metrics::Format::text, kText},
      {"text/plain;version=1.0.0", metrics::Format::text,
       "text/plain; version=1.0.0; charset=utf-8; escaping=underscores"},
      {"text/plain;version=1.0.0;escaping=allow-utf-8", metrics::Format::text,
       "text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8"},
      {"text/plain;version=2.0.0", metrics::Format::text, kText},
      {"application/openmetrics-text", metrics::Format::openmetrics, kOpen},
      {"application/*", metrics::Format::openmetrics, kOpen},
      {"Application/OpenMetrics-Text; Version=1.0.0", metrics::Format::openmetrics, kOpen},
      {"application/openmetrics-text;version=\"1.0.0\"", metrics::Format::openmetrics, kOpen},
      {"application/openmetrics-text;version=0.0.1", metrics::Format::openmetrics, kOpenOld},
      {"application/openmetrics-text;version=2.0.0", metrics::Format::text, kText},
      {"application/openmetrics-text;version=2.0.0,application/"
       "openmetrics-text;version=1.0.0;q=0.1",
       metrics::Format::openmetrics, kOpen},
      {"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8",
       metrics::Format::openmetrics,
       "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8"},
      {"application/openmetrics-text;version=1.0.0;escaping=<script>", metrics::Format::openmetrics,
       kOpen},
      {"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
       metrics::Format::protobuf, kProtobuf},
      {"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text",
       metrics::Format::text, kText},
      {"application/vnd.google.protobuf;proto=somebody.Else;encoding=delimited",
       metrics::Format::text, kText},
      {"application/vnd.google.protobuf", metrics::Format::text, kText},
      // The highest q wins, then the order, then whatever is named over what is covered.
      {"text/plain;q=0.5,application/openmetrics-text;q=0.9", metrics::Format::openmetrics, kOpen},
      {"text/plain,application/openmetrics-text", metrics::Format::text, kText},
      {"*/*,application/openmetrics-text", metrics::Format::openmetrics, kOpen},
      {"application/openmetrics-text;q=0.1,*/*;q=0.2", metrics::Format::text, kText},
      {"application/openmetrics-text;q=0,text/plain;q=0.1", metrics::Format::text, kText},
      // What is not acceptable at all still gets text.
      {"application/json", metrics::Format::text, kText},
      {"text/plain;q=0", metrics::Format::text, kText},
      {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", metrics::Format::text,
       kText},
      // What is broken is passed over, the rest stands.
      {",,;,", metrics::Format::text, kText},
      {"openmetrics", metrics::Format::text, kText},
      {"application/openmetrics-text;q=high", metrics::Format::text, kText},
      {"application/openmetrics-text;q=2", metrics::Format::text, kText},
      {"application/openmetrics-text;q=-1", metrics::Format::text, kText},
      {"application/openmetrics-text;q=nan", metrics::Format::text, kText},
      {"application/openmetrics-text;q=", metrics::Format::text, kText},
      {"application/openmetrics-text;q", metrics::Format::openmetrics, kOpen},
      {"a/b;c=\"x,application/openmetrics-text\"", metrics::Format::text, kText},
      {"a/b;c=\"never closed,application/openmetrics-text", metrics::Format::text, kText},
      {"text/plain;q=0.3 , application/openmetrics-text ; q=0.4 ; version=1.0.0",
       metrics::Format::openmetrics, kOpen},
      // Prometheus 2.42, without and with native histograms.
      {"application/openmetrics-text;version=1.0.0,application/"
       "openmetrics-text;version=0.0.1;q=0.75"
       ",text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
       metrics::Format::openmetrics, kOpen},
      {"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,"
       "application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1"
       ";q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
       metrics::Format::protobuf, kProtobuf},
      // Prometheus 3.5 with native histograms.
      {"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;"
       "q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
       "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;"
       "escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
       metrics::Format::protobuf, kProtobuf},
  };
  for (const Row& row : rows) {
    CAPTURE(row.accept);
    const metrics::ChosenFormat chosen = metrics::choose_format(row.accept);
    CHECK(chosen.format == row.format);
    CHECK(chosen.content_type == row.content_type);
  }
}

TEST_CASE("a header with more ranges than anybody names is read as far as that") {
  std::string accept;
  for (int i = 0; i < 100; ++i)
    accept += "a/b,";
  CHECK(metrics::choose_format(accept + "application/openmetrics-text").format ==
        metrics::Format::text);
}

}  // namespace
}  // namespace reinfer::tests::format_test
