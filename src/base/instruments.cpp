#include "base/instruments.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <algorithm>
#include <deque>

#include "base/check.h"
#include "base/mutex.h"

namespace reinfer::base {
namespace {

prometheus::Labels labels_of(const InstrumentShape& shape, LabelValues values) {
  check(values.size() == shape.label_names.size(), "each label of an instrument has a value");
  prometheus::Labels labels;
  auto name = shape.label_names.begin();
  for (const std::string_view value : values)
    labels.emplace(*name++, value);
  return labels;
}

}  // namespace

void Counter::add(double amount) {
  counter_->Increment(amount);
}

double Counter::value() const {
  return counter_->Value();
}

void Gauge::set(double value) {
  gauge_->Set(value);
}

double Gauge::value() const {
  return gauge_->Value();
}

void Histogram::observe(double value) {
  histogram_->Observe(value);
}

Counter CounterFamily::with(LabelValues values) {
  return Counter(family_->Add(labels_of(*shape_, values)));
}

void OptionalGauge::set(double value) {
  family_->Add({}).Set(value);
}

void OptionalGauge::clear() {
  // Add() returns the gauge that is there.
  if (family_->Has({})) family_->Remove(&family_->Add({}));
}

std::optional<double> OptionalGauge::value() const {
  if (!family_->Has({})) return std::nullopt;
  return family_->Add({}).Value();
}

struct Instruments::State {
  // Must be called before the family is built: a scrape looks each family's shape up.
  const InstrumentShape& add_shape(InstrumentShape shape, std::string_view help) {
    check(help.find_first_of("\n\"\\") == std::string_view::npos,
          "HELP of an instrument needs no escapes");
    const MutexLock lock(mutex);
    check(std::none_of(shapes.begin(), shapes.end(),
                       [&](const InstrumentShape& other) { return other.name == shape.name; }),
          "an instrument is registered once");
    return shapes.emplace_back(std::move(shape));
  }

  template <typename Builder>
  auto& build(Builder builder, std::string_view name, std::string_view help) {
    return builder.Name(std::string(name)).Help(std::string(help)).Register(registry);
  }

  prometheus::Registry registry;  // guards itself
  mutable Mutex mutex;
  std::deque<InstrumentShape> shapes REINFER_GUARDED_BY(mutex);  // the elements are constant
};

Instruments::Instruments() : state_(std::make_unique<State>()) {}
Instruments::~Instruments() = default;

Counter Instruments::counter(std::string_view name, std::string_view help) {
  state_->add_shape({std::string(name), {}, {}}, help);
  return Counter(state_->build(prometheus::BuildCounter(), name, help).Add({}));
}

Gauge Instruments::gauge(std::string_view name, std::string_view help) {
  state_->add_shape({std::string(name), {}, {}}, help);
  return Gauge(state_->build(prometheus::BuildGauge(), name, help).Add({}));
}

Histogram Instruments::histogram(std::string_view name, std::string_view help,
                                 const std::vector<double>& edges) {
  state_->add_shape({std::string(name), {}, {}}, help);
  return Histogram(state_->build(prometheus::BuildHistogram(), name, help).Add({}, edges));
}

void Instruments::fact(std::string_view name, std::string_view help,
                       const std::vector<std::pair<std::string, std::string>>& labels) {
  InstrumentShape shape{std::string(name), {}, {}};
  for (const auto& [label, value] : labels)
    shape.label_names.push_back(label);
  state_->add_shape(std::move(shape), help);
  state_->build(prometheus::BuildGauge(), name, help).Add({labels.begin(), labels.end()}).Set(1);
}

OptionalGauge Instruments::optional_gauge(std::string_view name, std::string_view help) {
  state_->add_shape({std::string(name), {}, {}}, help);
  return OptionalGauge(state_->build(prometheus::BuildGauge(), name, help));
}

CounterFamily Instruments::counters(std::string_view name, std::string_view help,
                                    LabelValues label_names) {
  const InstrumentShape& shape =
      state_->add_shape({std::string(name), {label_names.begin(), label_names.end()}, {}}, help);
  return {state_->build(prometheus::BuildCounter(), name, help), shape};
}

std::vector<Counter> Instruments::counters_by(std::string_view name, std::string_view help,
                                              std::string_view label,
                                              const std::vector<std::string_view>& values) {
  const InstrumentShape& shape = state_->add_shape(
      {std::string(name), {std::string(label)}, {values.begin(), values.end()}}, help);
  CounterFamily family(state_->build(prometheus::BuildCounter(), name, help), shape);
  std::vector<Counter> counters;
  for (const std::string_view value : values)
    counters.push_back(family.with({value}));
  return counters;
}

const prometheus::Registry& Instruments::registry() const {
  return state_->registry;
}

std::vector<InstrumentShape> Instruments::shapes() const {
  const MutexLock lock(state_->mutex);
  return {state_->shapes.begin(), state_->shapes.end()};
}

}  // namespace reinfer::base
