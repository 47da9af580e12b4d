#include "simulator/fault.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "base/check.h"
#include "base/duration.h"

namespace reinfer::simulator {
namespace {

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

using Reader = bool (*)(std::string_view, FaultParameter&);

bool read_none(std::string_view text, FaultParameter&) {
  return text.empty();
}

bool read_count(std::string_view text, FaultParameter& into) {
  const auto number = parse_number<std::uint64_t>(text);
  into.number = number.value_or(0);
  return number && *number <= 100'000'000;
}

bool read_status_code(std::string_view text, FaultParameter& into) {
  return read_count(text, into) && into.number >= 200 && into.number <= 599;
}

bool read_rate(std::string_view text, FaultParameter& into) {
  const auto rate = parse_number<double>(text);
  into.rate = rate.value_or(0);
  return rate && *rate >= 0 && *rate <= 1;
}

bool read_duration(std::string_view text, FaultParameter& into) {
  const auto duration = base::parse_duration(text);
  into.low = into.high = duration.value_or(base::Nanoseconds{});
  return duration.has_value();
}

bool read_duration_range(std::string_view text, FaultParameter& into) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return read_duration(text, into);
  const auto low = base::parse_duration(text.substr(0, dash));
  const auto high = base::parse_duration(text.substr(dash + 1));
  if (!low || !high || *low > *high) return false;
  into.low = *low;
  into.high = *high;
  return true;
}

bool read_retry_after(std::string_view text, FaultParameter& into) {
  return text == "date" || text == "none" || read_count(text, into);
}

struct ParameterForm {
  Reader read;
  std::string_view form;
};

// In the order of ParameterKind.
constexpr std::array<ParameterForm, 7> kForms = {{
    {read_none, "no parameter"},
    {read_status_code, "a status code from 200 to 599"},
    {read_duration, "a duration such as 30s"},
    {read_duration_range, "a duration such as 300ms or a range such as 100ms-2s"},
    {read_rate, "a rate from 0 to 1"},
    {read_count, "a whole number"},
    {read_retry_after, "a number of seconds, \"date\" or \"none\""},
}};

constexpr std::array<std::string_view, 3> kScopePrefixes = {"",
                                                            "token endpoint: ", "run time only: "};

std::vector<FaultMode> join_families() {
  std::vector<FaultMode> all;
  for (const auto family : {application_faults(), edge_faults(), wire_faults(), timing_faults()})
    all.insert(all.end(), family.begin(), family.end());
  return all;
}

const FaultMode* find_mode(std::string_view name) {
  for (const FaultMode& mode : fault_modes())
    if (mode.name == name) return &mode;
  return nullptr;
}

}  // namespace

const std::vector<FaultMode>& fault_modes() {
  static const std::vector<FaultMode> all = join_families();
  return all;
}

std::variant<Fault, Problem> parse_fault(std::string_view text) {
  const auto separator = text.find_first_of(".=");
  const FaultMode* mode = find_mode(text.substr(0, separator));
  if (mode == nullptr)
    return Problem{fmt::format("\"{}\": no such fault mode, --list-faults names them", text)};
  const std::string_view parameter =
      separator == std::string_view::npos ? mode->default_parameter : text.substr(separator + 1);
  const ParameterForm& form = kForms[static_cast<std::size_t>(mode->parameter)];
  Fault fault{mode, {}};
  fault.parameter.text = parameter;
  if (!form.read(parameter, fault.parameter))
    return Problem{fmt::format("\"{}\": {} takes {}", text, mode->name, form.form)};
  return fault;
}

bool befalls(std::string_view pattern, FaultScope scope, const Place& place) {
  if (!covers(pattern, place)) return false;
  if (scope == FaultScope::token_endpoint) return place.area == Area::token_endpoint;
  const bool spared = place.area == Area::token_endpoint && pattern != "*";
  return !spared;
}

std::string list_faults() {
  std::string lines;
  for (const FaultMode& mode : fault_modes()) {
    lines += fmt::format("{}\t{}\t{}{}", mode.name, mode.expected_outcome,
                         kScopePrefixes[static_cast<std::size_t>(mode.scope)], mode.description);
    if (mode.parameter != ParameterKind::none)
      lines += fmt::format("; takes {}, default {}",
                           kForms[static_cast<std::size_t>(mode.parameter)].form,
                           mode.default_parameter);
    lines += '\n';
  }
  return lines;
}

}  // namespace reinfer::simulator
