// The exporter's own instruments: counters, gauges and histograms that the process keeps about
// itself, in a prometheus::Registry. A part of the exporter registers its instruments once, by
// name, and keeps the handles; metrics/instrument_samples.h reads all of them for a scrape. Any
// thread. The figures of targets are not here: they live in the Ledger.
#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
class Registry;
template <typename T>
class Family;
}  // namespace prometheus

namespace reinfer::base {

// The handles are as cheap to copy as a pointer. All are valid as long as the Instruments.
class Counter {
 public:
  explicit Counter(prometheus::Counter& counter) : counter_(&counter) {}
  // Without a lock. `amount` is not negative.
  void add(double amount = 1);
  double value() const;

 private:
  prometheus::Counter* counter_;
};

class Gauge {
 public:
  explicit Gauge(prometheus::Gauge& gauge) : gauge_(&gauge) {}
  // Without a lock.
  void set(double value);
  double value() const;

 private:
  prometheus::Gauge* gauge_;
};

class Histogram {
 public:
  explicit Histogram(prometheus::Histogram& histogram) : histogram_(&histogram) {}
  // Takes the histogram's lock.
  void observe(double value);

 private:
  prometheus::Histogram* histogram_;
};

// How a family is registered, beyond its HELP and type, which the registry keeps.
struct InstrumentShape {
  std::string name;
  std::vector<std::string> label_names;  // in the order in which they are shown
  // The values of the only label, in the order in which they are shown. Empty: the samples are
  // shown in the order of their label values.
  std::vector<std::string> values;
};

// Label values in the order of the family's label names.
using LabelValues = std::initializer_list<std::string_view>;

// The counters of one family. A counter exists from the first with() on.
class CounterFamily {
 public:
  CounterFamily(prometheus::Family<prometheus::Counter>& family, const InstrumentShape& shape)
      : family_(&family), shape_(&shape) {}
  // Takes the family's lock. The values are never text of a client: nothing removes a counter.
  Counter with(LabelValues values);

 private:
  prometheus::Family<prometheus::Counter>* family_;
  const InstrumentShape* shape_;
};

// A gauge without labels that has no sample until it is set, and none again once it is cleared.
// One thread at a time writes it.
class OptionalGauge {
 public:
  explicit OptionalGauge(prometheus::Family<prometheus::Gauge>& family) : family_(&family) {}
  void set(double value);
  void clear();
  std::optional<double> value() const;

 private:
  prometheus::Family<prometheus::Gauge>* family_;
};

class Instruments {
 public:
  Instruments();
  ~Instruments();
  Instruments(const Instruments&) = delete;
  Instruments& operator=(const Instruments&) = delete;

  // Register a family; a name is registered once. `help`: one sentence with unit and source,
  // without newline, quote or backslash, since no format escapes it. A scrape shows the families
  // in the order in which they are registered.

  // Without labels, at 0 from now on.
  Counter counter(std::string_view name, std::string_view help);
  Gauge gauge(std::string_view name, std::string_view help);
  // `edges`: inclusive upper bounds, rising; a last bucket to +Inf is added.
  Histogram histogram(std::string_view name, std::string_view help,
                      const std::vector<double>& edges);
  // A constant of this process: 1, with these labels.
  void fact(std::string_view name, std::string_view help,
            const std::vector<std::pair<std::string, std::string>>& labels);
  OptionalGauge optional_gauge(std::string_view name, std::string_view help);
  // With labels whose values are found as they are counted.
  CounterFamily counters(std::string_view name, std::string_view help, LabelValues label_names);
  // With one label whose values are known: one counter for each, in that order, at 0 from now on.
  std::vector<Counter> counters_by(std::string_view name, std::string_view help,
                                   std::string_view label,
                                   const std::vector<std::string_view>& values);

  // For those that show the instruments: the registry, and the shapes in the order of registration.
  // The shape of a family is there before any of its samples.
  const prometheus::Registry& registry() const;
  std::vector<InstrumentShape> shapes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace reinfer::base
