#include "config/table_reader.h"

#include <fmt/format.h>

#include <cmath>

#include "base/duration.h"
#include "base/spelling.h"
#include "base/text.h"
#include "config/time_text.h"

namespace reinfer::config {
namespace {

using Kind = DocumentValue::Kind;

// Frequent wrong keys that are not misspellings, with the right ones.
struct Hint {
  std::string_view key;
  std::string_view text;
  std::string_view table = {};  // in this table only; empty: in all
};

constexpr std::string_view kTokenHint =
    "a token does not belong into this file: name its variable with token_env or its file with "
    "token_file";
constexpr std::string_view kClientSecretHint =
    "a secret does not belong into this file: name its variable with client_secret_env or its "
    "file with client_secret_file";
constexpr std::string_view kTenantHint = "it stands in a [[tenant]] only";
constexpr std::string_view kInsecureHint =
    "certificates are always checked: name the file of those to trust with ca_file";

constexpr std::string_view kSloHint = "objectives stand together, in slo = { availability = 99.9 }";

constexpr std::array kHints = {
    Hint{"token", kTokenHint},
    Hint{"bearer_token", kTokenHint},
    Hint{"api_token", kTokenHint},
    Hint{"api_key", kTokenHint},
    Hint{"client_secret", kClientSecretHint},
    Hint{"secret", kClientSecretHint, "tenant.oauth"},
    Hint{"url", "did you mean token_url?", "tenant.oauth"},
    Hint{"url", "did you mean base_url, of a tenant, or path, of a probe?"},
    Hint{"endpoint", "did you mean url?", "control"},
    Hint{"endpoint", "did you mean base_url, of a tenant?"},
    Hint{"probe",
         "a probe belongs to a tenant, so it is written [[tenant.probe]] below its "
         "[[tenant]]"},
    Hint{"maintenance",
         "a window belongs to a tenant, so it is written [[tenant.maintenance]] below its "
         "[[tenant]]"},
    Hint{"control", "a control belongs to no tenant, so it is written [[control]]"},
    Hint{"resolve", kTenantHint, "defaults"},
    Hint{"headers", kTenantHint, "defaults"},
    Hint{"labels", kTenantHint, "defaults"},
    Hint{"client_certificate", kTenantHint, "defaults"},
    Hint{"client_key", kTenantHint, "defaults"},
    Hint{"max_requests_per_minute", kTenantHint, "defaults"},
    Hint{"paid_probes_per_day_max", kTenantHint, "defaults"},
    Hint{"availability", kSloHint},
    Hint{"latency", kSloHint},
    Hint{"latency_ratio", kSloHint},
    Hint{"objectives", "did you mean slo?"},
    Hint{"scrape_interval", "did you mean interval?"},
    Hint{"period", "did you mean interval?"},
    Hint{"proxy", "did you mean proxy_url?", "tenant"},
    Hint{"cert", "did you mean client_certificate?", "tenant"},
    Hint{"client_cert", "did you mean client_certificate?", "tenant"},
    Hint{"insecure", kInsecureHint},
    Hint{"insecure_skip_verify", kInsecureHint},
    Hint{"tls_verify", kInsecureHint},
    Hint{"timezone", "did you mean zone?", "tenant.maintenance"},
};

std::string describe_unknown(std::string_view key, std::string_view table,
                             const std::vector<std::string_view>& known) {
  const std::string_view where = table.empty() ? "this file" : "this table";
  for (const Hint& hint : kHints)
    if (hint.key == key && (hint.table.empty() || hint.table == table))
      return fmt::format("is not a key of {}: {}", where, hint.text);
  if (const auto near = base::nearest_word(key, known))
    return fmt::format("is not a key of {}, did you mean {}?", where, *near);
  return fmt::format("is not a key of {}, allowed: {}", where, fmt::join(known, ", "));
}

}  // namespace

std::string TableReader::key_path(std::string_view key) const {
  constexpr std::size_t kShownBytes = 64;
  const std::string shown = base::sanitise(key, kShownBytes);
  return path_.empty() ? shown : fmt::format("{}.{}", path_, shown);
}

const DocumentMember* TableReader::member(std::string_view key) const {
  const auto found = std::find_if(table_.members.begin(), table_.members.end(),
                                  [&](const DocumentMember& m) { return m.key == key; });
  return found == table_.members.end() ? nullptr : &*found;
}

const DocumentMember* TableReader::take(std::string_view key, Kind kind, std::string_view allowed) {
  known_.push_back(key);
  const DocumentMember* found = member(key);
  if (!found || found->value.kind == kind) return found;
  wrong(*found, fmt::format("is {}, allowed: {}", describe(found->value.kind), allowed));
  return nullptr;
}

void TableReader::wrong(const DocumentMember& member, std::string text) {
  problems_.add(member.place, key_path(member.key), std::move(text));
}

Setting<std::string> TableReader::text(std::string_view key) {
  auto setting = started<std::string>(key);
  if (const auto* found = take(key, Kind::string, "a string")) setting.value = found->value.text;
  return setting;
}

Setting<std::string> TableReader::text_or_integer(std::string_view key) {
  auto setting = started<std::string>(key);
  const DocumentMember* found = member(key);
  if (found && found->value.kind == Kind::integer) {
    known_.push_back(key);
    setting.value = std::to_string(found->value.integer);
  } else if (take(key, Kind::string, "a string or an integer")) {
    setting.value = found->value.text;
  }
  return setting;
}

Setting<std::int64_t> TableReader::integer(std::string_view key, std::int64_t min,
                                           std::int64_t max) {
  auto setting = started<std::int64_t>(key);
  const std::string allowed = fmt::format("an integer from {} to {}", min, max);
  const DocumentMember* found = take(key, Kind::integer, allowed);
  if (!found) return setting;
  const std::int64_t value = found->value.integer;
  if (value < min || value > max)
    wrong(*found, fmt::format("is {}, allowed: {}", value, allowed));
  else
    setting.value = value;
  return setting;
}

Setting<double> TableReader::percentage(std::string_view key, double min, double max) {
  auto setting = started<double>(key);
  known_.push_back(key);
  const DocumentMember* found = member(key);
  if (!found) return setting;
  const std::string allowed =
      fmt::format("a percentage from {:g} to {:g} such as 99.9, without quotes", min, max);
  const DocumentValue& value = found->value;
  if (value.kind != Kind::integer && value.kind != Kind::number) {
    wrong(*found, fmt::format("is {}, allowed: {}", describe(value.kind), allowed));
    return setting;
  }
  const double percent =
      value.kind == Kind::integer ? static_cast<double>(value.integer) : value.number;
  // This form refuses NaN as well.
  if (!(percent >= min && percent <= max)) {
    const bool is_ratio = percent * 100 >= min && percent * 100 <= max;
    wrong(*found, fmt::format("is {:g}, allowed: {}{}", percent, allowed,
                              is_ratio ? fmt::format(" (did you mean {:g}?)", percent * 100) : ""));
    return setting;
  }
  // The double nearest to the written ratio: 99.9 / 100 would be 0.9990000000000001.
  constexpr double kSteps = 1e6;
  setting.value = std::round(percent * kSteps) / (kSteps * 100);
  return setting;
}

Setting<bool> TableReader::boolean(std::string_view key) {
  auto setting = started<bool>(key);
  if (const auto* found = take(key, Kind::boolean, "true or false"))
    setting.value = found->value.boolean;
  return setting;
}

Setting<base::Nanoseconds> TableReader::duration(std::string_view key, base::Nanoseconds min,
                                                 base::Nanoseconds max) {
  auto setting = started<base::Nanoseconds>(key);
  const DocumentMember* found = take(key, Kind::string, base::kDurationForm);
  if (!found) return setting;
  const std::string& text = found->value.text;
  const std::optional<base::Nanoseconds> value = base::parse_duration(text);
  if (!value)
    wrong(*found, fmt::format("is {}, allowed: {}", base::quote(text), base::kDurationForm));
  else if (*value < min || *value > max)
    wrong(*found, fmt::format("is {}, allowed: from {} to {}", text, base::format_duration(min),
                              base::format_duration(max)));
  else
    setting.value = value;
  return setting;
}

Setting<base::WallTime> TableReader::moment(std::string_view key) {
  auto setting = started<base::WallTime>(key);
  known_.push_back(key);
  const DocumentMember* found = member(key);
  if (!found) return setting;
  const Kind kind = found->value.kind;
  if (kind != Kind::string && kind != Kind::date_or_time) {
    wrong(*found, fmt::format("is {}, allowed: {}", describe(kind), kMomentForm));
    return setting;
  }
  const auto moment = parse_moment(found->value.text);
  if (moment)
    setting.value = *moment;
  else
    wrong(*found, moment.error());
  return setting;
}

Setting<std::vector<std::string>> TableReader::texts(std::string_view key, std::size_t count_max,
                                                     std::string_view example) {
  auto setting = started<std::vector<std::string>>(key);
  const std::string allowed =
      fmt::format("an array of 1 to {} strings such as {}", count_max, example);
  const DocumentMember* found = take(key, Kind::array, allowed);
  if (!found) return setting;
  const std::vector<DocumentValue>& items = found->value.items;
  if (items.empty() || items.size() > count_max) {
    wrong(*found, fmt::format("has {} items, allowed: {}", items.size(), allowed));
    return setting;
  }
  std::vector<std::string> values;
  for (const DocumentValue& item : items) {
    const bool is_text = item.kind == Kind::string;
    if (!is_text || item.text.empty()) {
      problems_.add(item.place, key_path(key),
                    fmt::format("contains {}, allowed: {}",
                                is_text ? "an empty string" : describe(item.kind), allowed));
      return setting;
    }
    values.push_back(item.text);
  }
  setting.value = std::move(values);
  return setting;
}

Setting<std::vector<std::string>> TableReader::text_or_texts(std::string_view key,
                                                             std::size_t count_max,
                                                             std::string_view example) {
  const DocumentMember* found = member(key);
  if (!found || found->value.kind != Kind::string) return texts(key, count_max, example);
  auto setting = started<std::vector<std::string>>(key);
  known_.push_back(key);
  setting.value = std::vector<std::string>{found->value.text};
  return setting;
}

Setting<std::vector<base::Nanoseconds>> TableReader::rising_durations(std::string_view key,
                                                                      std::size_t count_max) {
  auto setting = started<std::vector<base::Nanoseconds>>(key);
  const std::string allowed =
      fmt::format("1 to {} rising durations such as [\"100ms\", \"1s\"]", count_max);
  const DocumentMember* found = take(key, Kind::array, allowed);
  if (!found) return setting;
  const std::vector<DocumentValue>& items = found->value.items;
  if (items.empty() || items.size() > count_max) {
    wrong(*found, fmt::format("has {} items, allowed: {}", items.size(), allowed));
    return setting;
  }
  std::vector<base::Nanoseconds> values;
  for (const DocumentValue& item : items) {
    const auto value = item.kind == Kind::string ? base::parse_duration(item.text) : std::nullopt;
    const base::Nanoseconds before = values.empty() ? base::Nanoseconds{0} : values.back();
    std::string fault;
    if (item.kind != Kind::string)
      fault = fmt::format("contains {}, allowed: {}", describe(item.kind), allowed);
    else if (!value)
      fault = fmt::format("contains {}, allowed: {}", base::quote(item.text), base::kDurationForm);
    else if (*value == base::Nanoseconds{0})
      fault = "contains 0s, allowed: durations longer than that";
    else if (*value <= before)
      fault = fmt::format("contains {} after {}, allowed: each longer than the one before it",
                          item.text, base::format_duration(before));
    if (!fault.empty()) {
      problems_.add(item.place, key_path(key), fault);
      return setting;
    }
    values.push_back(*value);
  }
  setting.value = std::move(values);
  return setting;
}

const DocumentValue* TableReader::table(std::string_view key) {
  const std::string allowed = fmt::format("a table, written [{}]", key_path(key));
  const DocumentMember* found = take(key, Kind::table, allowed);
  return found ? &found->value : nullptr;
}

std::vector<const DocumentValue*> TableReader::tables(std::string_view key) {
  const std::string allowed = fmt::format("an array of tables, each written [[{}]]", key_path(key));
  std::vector<const DocumentValue*> result;
  const DocumentMember* found = take(key, Kind::array, allowed);
  if (!found) return result;
  if (found->value.items.empty()) wrong(*found, "is empty, allowed: " + allowed);
  for (const DocumentValue& item : found->value.items) {
    if (item.kind == Kind::table)
      result.push_back(&item);
    else
      problems_.add(item.place, key_path(key),
                    fmt::format("contains {}, allowed: {}", describe(item.kind), allowed));
  }
  return result;
}

std::optional<base::Place> TableReader::take_refused(std::string_view key) {
  const DocumentMember* found = member(key);
  if (!found) return std::nullopt;
  refused_.push_back(key);
  return found->place;
}

void TableReader::finish() {
  const auto among = [](const std::vector<std::string_view>& keys, std::string_view key) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
  };
  for (const DocumentMember& member : table_.members)
    if (!among(known_, member.key) && !among(refused_, member.key)) refuse(member);
}

void TableReader::refuse(const DocumentMember& member) {
  problems_.add(member.place, key_path(member.key), describe_unknown(member.key, path_, known_));
}

}  // namespace reinfer::config
