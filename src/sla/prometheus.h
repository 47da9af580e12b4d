// The part of Prometheus' HTTP API that the report uses: makes the queries and reads the replies
// and errors. The caller's function does the transfer (sla/http_get.h). One thread.
//
// https://prometheus.io/docs/prometheus/latest/querying/api/
#pragma once

#include <functional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "sla/samples.h"

namespace reinfer::sla {

struct HttpAnswer {
  int status = 0;
  std::string content_type;
  std::string location;  // of a redirect
  std::string body;
};

// A GET of a path below the URL of Prometheus; the error is why there was no answer.
using HttpGet = std::function<tl::expected<HttpAnswer, std::string>(const std::string& path)>;

struct PrometheusFailure {
  std::string what;
  bool too_much = false;  // a shorter stretch of time may be answered
};

class Prometheus {
 public:
  explicit Prometheus(HttpGet get) : get_(std::move(get)) {}

  template <typename T>
  using Answer = tl::expected<T, PrometheusFailure>;

  // SeriesLabels of the series that match and had samples in a span, or near to it.
  Answer<std::vector<SeriesLabels>> series(const std::string& selector, const TimeSpan& span);

  // An expression at a moment: a vector, each series with one sample, or the raw samples that a
  // range selector takes.
  Answer<std::vector<Series>> query(const std::string& expression, base::WallTime time);

  // An expression on a grid. REQUIRES: fewer than kRangePointsMax points.
  Answer<std::vector<Series>> query_range(const std::string& expression, const TimeSpan& span,
                                          base::Nanoseconds step);

  // The warnings so far, each once.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  struct Document;
  Answer<Document> ask(const std::string& path);
  Answer<std::vector<Series>> ask_for_series(const std::string& path);

  HttpGet get_;
  std::vector<std::string> warnings_;
};

// Prometheus answers no range query of more.
inline constexpr int kRangePointsMax = 11000;

// Text as it stands in a selector, with its quotes.
std::string promql_string(std::string_view text);

}  // namespace reinfer::sla
