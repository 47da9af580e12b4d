#include "config/read_slo.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace reinfer::config {
namespace {

using namespace std::chrono_literals;

// A lower ratio is no useful objective; a higher one cannot be measured by probes.
constexpr double kPercentMin = 50;
constexpr double kPercentMax = 99.999;
constexpr base::Nanoseconds kLatencyMin = 1ms;
constexpr base::Nanoseconds kLatencyMax = 4min;

constexpr std::array kOwnFaults = {model::Fault::credentials, model::Fault::request,
                                   model::Fault::monitor};

std::string countable() {
  std::vector<std::string> quoted;
  for (const model::Fault fault : model::kCountableFaults)
    quoted.push_back(base::quote(model::to_label(fault)));
  return base::list_of({quoted.begin(), quoted.end()});
}

// The fault, or the problem of the word.
tl::expected<model::Fault, std::string> fault_of_word(const std::string& word) {
  for (const model::Fault fault : model::kCountableFaults)
    if (model::to_label(fault) == word) return fault;
  const bool is_own = std::any_of(kOwnFaults.begin(), kOwnFaults.end(), [&](model::Fault fault) {
    return model::to_label(fault) == word;
  });
  return tl::unexpected(fmt::format("contains {}{}, allowed: {}", base::quote(word),
                                    is_own ? ", a fault of our own, which never counts" : "",
                                    countable()));
}

Setting<std::vector<model::Fault>> read_count(TableReader& reader, base::ProblemList& problems) {
  const auto words = reader.texts("count", model::kCountableFaults.size(),
                                  "[\"platform\", \"edge\", \"network\"]");
  Setting<std::vector<model::Fault>> setting{words.written, std::nullopt, words.place, words.key};
  if (!words.value) return setting;
  std::vector<model::Fault> faults;
  for (const std::string& word : *words.value) {
    const auto fault = fault_of_word(word);
    if (!fault) {
      report(setting, fault.error(), problems);
      return setting;
    }
    if (std::find(faults.begin(), faults.end(), *fault) != faults.end()) {
      report(setting, fmt::format("contains {} twice, allowed: each fault once", base::quote(word)),
             problems);
      return setting;
    }
    faults.push_back(*fault);
  }
  setting.value = std::move(faults);
  return setting;
}

}  // namespace

Setting<SloConfig> read_slo(TableReader& owner, base::ProblemList& problems) {
  auto setting = owner.started<SloConfig>("slo");
  const DocumentValue* table = owner.table("slo");
  if (!table) return setting;
  TableReader reader(*table, owner.key_path("slo"), problems);
  SloConfig slo;
  slo.availability = reader.percentage("availability", kPercentMin, kPercentMax);
  slo.latency = reader.duration("latency", kLatencyMin, kLatencyMax);
  slo.latency_ratio = reader.percentage("latency_ratio", kPercentMin, kPercentMax);
  slo.count = read_count(reader, problems);
  reader.finish();
  setting.value = std::move(slo);
  return setting;
}

}  // namespace reinfer::config
