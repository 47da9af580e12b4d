// Builders of prometheus-cpp metric families: a family is named once, then filled sample by sample.
// Used by the *metrics.cpp files only. Plain values, no registry: families live for one scrape.
#pragma once

#include <prometheus/metric_family.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "record/histogram.h"

namespace reinfer {

using Labels = std::vector<prometheus::ClientMetric::Label>;

// `labels` and one more.
Labels with(Labels labels, std::string_view name, std::string_view value);

class Family {
 public:
  // `help`: one sentence with unit and source; no newline or backslash, which 1.0.1 does not
  // escape.
  static Family counter(std::string_view name, std::string_view help);
  static Family gauge(std::string_view name, std::string_view help);
  static Family histogram(std::string_view name, std::string_view help);

  void add(Labels labels, double value);
  void add(Labels labels, const Histogram& histogram);

  const prometheus::MetricFamily& value() const { return family_; }
  prometheus::MetricFamily take() { return std::move(family_); }

 private:
  Family(std::string_view name, std::string_view help, prometheus::MetricType type);

  prometheus::MetricFamily family_;
};

using Families = std::vector<prometheus::MetricFamily>;

// Lines with a value that these families become.
std::size_t count_series(const Families& families);

}  // namespace reinfer
