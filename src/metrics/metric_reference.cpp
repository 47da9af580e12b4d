#include "metrics/metric_reference.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/check.h"
#include "base/text.h"
#include "metrics/families.h"
#include "metrics/family_walk.h"
#include "model/outcome.h"

namespace reinfer::metrics {
namespace {

// More values than that of a label are no list for people.
constexpr std::size_t kValuesMax = 8;

constexpr std::array kAbsences = {
    AbsenceRow{"reinfer_probe_success", "before the first probe has ended"},
    AbsenceRow{"reinfer_application_answered",
               "before the first probe has ended, and while the last one got no reply"},
    AbsenceRow{"reinfer_http_responses_total", "a code before it came for the first time"},
    AbsenceRow{"reinfer_probe_last_timestamp_seconds", "before the first probe has ended"},
    AbsenceRow{"reinfer_probe_last_success_timestamp_seconds", "before the first ok probe"},
    AbsenceRow{"reinfer_tcp_rtt_seconds", "before the first connection"},
    AbsenceRow{"reinfer_response_size_bytes",
               "before the first reply, and while the last probe got none"},
    AbsenceRow{"reinfer_slo_objective_ratio", "without an objective"},
    AbsenceRow{"reinfer_slo_latency_threshold_seconds", "without a latency objective"},
    AbsenceRow{"reinfer_slo_counted_fault", "without an availability objective"},
    AbsenceRow{"reinfer_slo_events_total", "without an objective"},
    AbsenceRow{"reinfer_slo_good_events_total", "without an objective"},
    AbsenceRow{"reinfer_slo_excluded_events_total", "without an objective"},
    AbsenceRow{"reinfer_tls_certificate_expiry_timestamp_seconds",
               "before the first TLS handshake, and over plain http"},
    AbsenceRow{"reinfer_token_accepted", "before the first reply that judges the token"},
    AbsenceRow{"reinfer_token_last_change_timestamp_seconds", "before the first change"},
    AbsenceRow{"reinfer_token_expiry_timestamp_seconds", "while nothing says when it expires"},
    AbsenceRow{"reinfer_control_reachable", "without a control, and before it was asked"},
    AbsenceRow{"reinfer_exporter_clock_source", "before the first reply"},
    AbsenceRow{"reinfer_exporter_shard_info", "without `--shard`"},
    AbsenceRow{"reinfer_exporter_web_info", "without `--web.external-url`"},
    AbsenceRow{"reinfer_exporter_history_results_total", "without `--storage.path`"},
    AbsenceRow{"reinfer_exporter_history_dropped_total", "without `--storage.path`"},
    AbsenceRow{"reinfer_exporter_history_errors_total", "without `--storage.path`"},
    AbsenceRow{"reinfer_exporter_history_bytes", "without `--storage.path`"},
    AbsenceRow{"reinfer_exporter_web_config_last_reload_successful",
               "without files that say who may ask"},
    AbsenceRow{"reinfer_exporter_web_certificate_expiry_timestamp_seconds", "without TLS"},
};

struct SeenLabel {
  std::string name;
  std::vector<std::string> values;  // in the order in which they came
};

// Writes nothing, and remembers the labels of the samples that it is given.
class LabelReader final : public Encoder {
 public:
  // `with_subject`: whether the labels of the subject are the family's own.
  explicit LabelReader(bool with_subject) : with_subject_(with_subject) {}

  using Encoder::add;
  void begin(const FamilyHead& /*head*/) override {}
  void set_subject(Labels labels, std::optional<base::WallTime> /*created*/) override {
    subject_.assign(labels.begin(), labels.end());
  }
  void add(MoreLabels more, double /*value*/, const record::Exemplar* /*exemplar*/) override {
    if (with_subject_)
      for (const Label& label : subject_)
        note(label);
    for (const Label& label : more)
      note(label);
    any_ = true;
  }
  void add(const record::Histogram& /*histogram*/) override { add({}, 0, nullptr); }
  void add(const record::LatencyHistogram& /*histogram*/) override { add({}, 0, nullptr); }

  bool any() const { return any_; }
  const std::vector<SeenLabel>& labels() const { return labels_; }

 private:
  void note(const Label& label) {
    auto seen = std::find_if(labels_.begin(), labels_.end(),
                             [&](const SeenLabel& one) { return one.name == label.name; });
    if (seen == labels_.end()) seen = labels_.insert(seen, {std::string(label.name), {}});
    if (std::find(seen->values.begin(), seen->values.end(), label.value) == seen->values.end())
      seen->values.emplace_back(label.value);
  }

  const bool with_subject_;
  std::vector<Label> subject_;
  std::vector<SeenLabel> labels_;
  bool any_ = false;
};

std::string code(std::string_view text) {
  return fmt::format("`{}`", text);
}

std::string labels_cell(const std::vector<SeenLabel>& labels, FamilyType type) {
  std::vector<std::string> parts;
  for (const SeenLabel& label : labels) {
    std::string part = code(label.name);
    const bool listed =
        type != FamilyType::info && label.values.size() > 1 && label.values.size() <= kValuesMax;
    std::vector<std::string> values;
    for (const std::string& value : label.values)
      values.push_back(code(value));
    if (listed) part += ": " + base::join(values, " ");
    parts.push_back(part);
  }
  return base::join(parts, ", ");
}

std::string_view type_word(FamilyType type) {
  switch (type) {
    case FamilyType::counter:
      return "counter";
    case FamilyType::gauge:
      return "gauge";
    case FamilyType::info:
      return "info";
    case FamilyType::histogram:
      break;
  }
  return "histogram";
}

// Infos are gauges in the text format, and the type is given as such.
std::string row(const Family& family, FamilyWalk& walk) {
  const bool is_instrument = std::holds_alternative<Instrument>(family.write);
  LabelReader reader(is_instrument);
  for (std::size_t i = 0; i < walk.subjects(family); ++i)
    walk.write(family, i, reader);
  base::check(reader.any(), "the snapshot of the reference has a sample of each family");
  const auto absence = std::find_if(kAbsences.begin(), kAbsences.end(), [&](const AbsenceRow& one) {
    return one.metric == family.head.name;
  });
  return fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", family.head.name,
                     type_word(family.head.type), labels_cell(reader.labels(), family.head.type),
                     unit_of(family.head), family.head.help,
                     absence == kAbsences.end() ? "" : absence->absent);
}

std::string section(std::string_view title, std::string_view lead, FamilyTable families,
                    FamilyWalk& walk) {
  std::string text = fmt::format(
      "## {}\n\n{}\n\n| metric | type | labels | unit | meaning | absent "
      "|\n|---|---|---|---|---|---|"
      "\n",
      title, lead);
  for (const Family& family : families)
    text += row(family, walk);
  return text + "\n";
}

std::string outcome_table() {
  std::string text =
      "## Outcomes\n\nEach outcome has one fault: whose it is that the probe was not ok.\n\n"
      "| fault | outcomes |\n|---|---|\n";
  std::vector<model::Fault> faults;
  for (const model::Outcome outcome : model::all_outcomes())
    if (std::find(faults.begin(), faults.end(), model::fault_of(outcome)) == faults.end())
      faults.push_back(model::fault_of(outcome));
  for (const model::Fault fault : faults) {
    std::vector<std::string> names;
    for (const model::Outcome outcome : model::all_outcomes())
      if (model::fault_of(outcome) == fault) names.push_back(code(to_label(outcome)));
    text += fmt::format("| `{}` | {} |\n", to_label(fault), base::join(names, " "));
  }
  return text;
}

}  // namespace

std::span<const AbsenceRow> absences() {
  return kAbsences;
}

std::string metric_reference_markdown(const record::Snapshot& snapshot,
                                      const InstrumentSamples& instruments) {
  const ProcessStats process{1, 1, 1, 1, 1, 1};
  FamilyWalk walk({snapshot, process});
  std::vector<Family> own;
  for (const InstrumentFamily& family : instruments)
    own.push_back({{family.name, family.help, family.type}, &family});
  return section("Each target",
                 "Every series has `tenant` and `probe`, and the tenant's static labels.",
                 target_families(), walk) +
         section("Each objective", "As above, with `slo` where there are several.",
                 objective_families(), walk) +
         section("Each tenant",
                 "Every series but that of a control has `tenant` and its static "
                 "labels.",
                 tenant_families(), walk) +
         section("The exporter", "Counts of its probe loops.", exporter_families(), walk) +
         section("The exporter's instruments", "Counts of its other parts.", own, walk) +
         section("The process", "Absent where `/proc` does not say.", process_families(), walk) +
         outcome_table();
}

}  // namespace reinfer::metrics
