#include "api/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/duration.h"
#include "base/rfc3339.h"
#include "base/text.h"

namespace reinfer::api {
namespace {

constexpr std::size_t kShownBytesMax = 100;
constexpr std::size_t kNamesShownMax = 20;

tl::unexpected<ApiError> bad(std::string_view parameter, const std::string& what) {
  return tl::unexpected(ApiError{400, "bad_parameter", fmt::format("{}: {}", parameter, what)});
}

std::string in_quotes(std::string_view text) {
  return "\"" + base::sanitise(text, kShownBytesMax) + "\"";
}

// Names as people list them, not more than they would read.
std::string listed(const std::set<std::string>& names) {
  std::vector<std::string> shown(names.begin(), names.end());
  const bool cut = shown.size() > kNamesShownMax;
  if (cut) shown.resize(kNamesShownMax);
  return base::join(shown, ", ") +
         (cut ? fmt::format(" and {} more", names.size() - kNamesShownMax) : "");
}

// Each of `allowed` at most once, and nothing else.
tl::expected<void, ApiError> check_names(const ApiParameters& parameters,
                                         const std::vector<std::string>& allowed) {
  for (const auto& [name, value] : parameters) {
    if (std::find(allowed.begin(), allowed.end(), name) == allowed.end())
      return bad(base::sanitise(name, kShownBytesMax),
                 allowed.empty() ? "is not known, allowed: no parameters"
                                 : "is not known, allowed: " + base::join(allowed, ", "));
    if (parameters.count(name) > 1) return bad(name, "is given more than once, allowed: once");
  }
  return {};
}

std::optional<std::string> given(const ApiParameters& parameters, const char* name) {
  const auto found = parameters.find(name);
  return found == parameters.end() ? std::nullopt : std::optional(found->second);
}

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

tl::expected<std::size_t, ApiError> take_limit(const ApiParameters& parameters) {
  const auto text = given(parameters, "limit");
  if (!text) return kPageDefault;
  const auto limit = parse_number<std::size_t>(*text);
  if (!limit || *limit < 1 || *limit > kPageMax)
    return bad("limit", fmt::format("is {}, allowed: 1 to {}", in_quotes(*text), kPageMax));
  return *limit;
}

tl::unexpected<ApiError> bad_cursor(std::string_view text) {
  return bad("cursor", fmt::format("{} was not given out here, allowed: `next` of the page before",
                                   in_quotes(text)));
}

// "TENANT/PROBE": neither name has a slash in it.
std::optional<std::pair<std::string, std::string>> parse_names(std::string_view text) {
  const auto pieces = base::split(text, '/');
  if (pieces.size() != 2 || pieces[0].empty() || pieces[1].empty()) return std::nullopt;
  return std::pair(std::string(pieces[0]), std::string(pieces[1]));
}

tl::expected<std::optional<std::string>, ApiError> take_tenant(const ApiParameters& parameters,
                                                               const model::Plan& plan) {
  auto name = given(parameters, "tenant");
  std::set<std::string> names;
  for (const model::Tenant& tenant : plan.tenants())
    names.insert(tenant.name);
  if (name && names.count(*name) == 0)
    return bad("tenant",
               fmt::format("no tenant is called {}, allowed: {}", in_quotes(*name), listed(names)));
  return name;
}

tl::expected<std::optional<std::string>, ApiError> take_probe(const ApiParameters& parameters,
                                                              const model::Plan& plan) {
  auto name = given(parameters, "probe");
  std::set<std::string> names;
  for (const model::Target& target : plan.targets())
    names.insert(target.probe);
  if (name && names.count(*name) == 0)
    return bad("probe",
               fmt::format("no probe is called {}, allowed: {}", in_quotes(*name), listed(names)));
  return name;
}

tl::expected<std::optional<model::Fault>, ApiError> take_fault(const ApiParameters& parameters,
                                                               model::Fault first) {
  const auto name = given(parameters, "fault");
  if (!name) return std::optional<model::Fault>();
  std::vector<std::string> labels;
  for (auto i = static_cast<std::size_t>(first); i < model::kFaultCount; ++i) {
    const auto fault = static_cast<model::Fault>(i);
    if (*name == to_label(fault)) return std::optional(fault);
    labels.emplace_back(to_label(fault));
  }
  return bad("fault",
             fmt::format("is {}, allowed: {}", in_quotes(*name), base::join(labels, ", ")));
}

tl::expected<std::optional<model::Outcome>, ApiError> take_outcome(
    const ApiParameters& parameters) {
  const auto name = given(parameters, "outcome");
  if (!name) return std::optional<model::Outcome>();
  if (const auto outcome = model::outcome_from_label(*name)) return outcome;
  std::vector<std::string> labels;
  for (const model::Outcome outcome : model::all_outcomes())
    labels.emplace_back(to_label(outcome));
  return bad("outcome",
             fmt::format("is {}, allowed: {}", in_quotes(*name), base::join(labels, ", ")));
}

tl::expected<std::optional<base::WallTime>, ApiError> take_since(const ApiParameters& parameters,
                                                                 base::WallTime now) {
  const auto text = given(parameters, "since");
  if (!text) return std::optional<base::WallTime>();
  if (const auto moment = base::parse_rfc3339(*text)) return moment;
  if (const auto ago = base::parse_duration(*text)) return std::optional(now - *ago);
  return bad("since", fmt::format("is {}, allowed: {}, or {} (ago)", in_quotes(*text),
                                  base::kRfc3339Form, base::kDurationForm));
}

// "NANOSECONDS/TENANT/PROBE".
tl::expected<std::optional<FailurePlace>, ApiError> take_place(const ApiParameters& parameters) {
  const auto text = given(parameters, "cursor");
  if (!text) return std::optional<FailurePlace>();
  const auto slash = std::min(text->find('/'), text->size());
  const auto started = parse_number<std::int64_t>(std::string_view(*text).substr(0, slash));
  const auto names = parse_names(std::string_view(*text).substr(std::min(slash + 1, text->size())));
  if (!started || !names) return bad_cursor(*text);
  return std::optional(
      FailurePlace{base::WallTime(base::Nanoseconds(*started)), names->first, names->second});
}

// Puts the value into its place, or the complaint into `error`; the first complaint stays.
template <typename Value, typename Place>
void put(tl::expected<Value, ApiError> value, Place& place, std::optional<ApiError>& error) {
  if (value)
    place = std::move(*value);
  else if (!error)
    error = std::move(value.error());
}

}  // namespace

tl::expected<TargetsQuery, ApiError> parse_targets_query(const ApiParameters& parameters,
                                                         const model::Plan& plan) {
  if (auto fine = check_names(parameters, {"limit", "cursor", "tenant", "fault", "outcome"}); !fine)
    return tl::unexpected(fine.error());
  TargetsQuery query;
  std::optional<ApiError> error;
  put(take_limit(parameters), query.limit, error);
  put(take_tenant(parameters, plan), query.tenant, error);
  put(take_fault(parameters, model::Fault::none), query.fault, error);
  put(take_outcome(parameters), query.outcome, error);
  if (error) return tl::unexpected(*error);
  if (const auto cursor = given(parameters, "cursor")) {
    query.after = parse_names(*cursor);
    if (!query.after) return bad_cursor(*cursor);
  }
  return query;
}

tl::expected<FailuresQuery, ApiError> parse_failures_query(const ApiParameters& parameters,
                                                           const model::Plan& plan,
                                                           base::WallTime now) {
  if (auto fine = check_names(parameters, {"limit", "cursor", "tenant", "probe", "fault", "since"});
      !fine)
    return tl::unexpected(fine.error());
  FailuresQuery query;
  std::optional<ApiError> error;
  put(take_limit(parameters), query.limit, error);
  put(take_tenant(parameters, plan), query.tenant, error);
  put(take_probe(parameters, plan), query.probe, error);
  // A failure is always somebody's.
  put(take_fault(parameters, model::Fault::platform), query.fault, error);
  put(take_since(parameters, now), query.since, error);
  put(take_place(parameters), query.after, error);
  if (error) return tl::unexpected(*error);
  return query;
}

// Names are not checked: a target may be gone from the configuration and still have a past.
tl::expected<history::IncidentQuery, ApiError> parse_incidents_query(
    const ApiParameters& parameters, base::WallTime now) {
  if (auto fine = check_names(parameters, {"limit", "cursor", "tenant", "probe", "fault", "since"});
      !fine)
    return tl::unexpected(fine.error());
  history::IncidentQuery query;
  std::optional<ApiError> error;
  put(take_limit(parameters), query.limit, error);
  query.tenant = given(parameters, "tenant");
  query.probe = given(parameters, "probe");
  put(take_fault(parameters, model::Fault::platform), query.fault, error);
  put(take_since(parameters, now), query.since, error);
  if (error) return tl::unexpected(*error);
  if (const auto cursor = given(parameters, "cursor")) {
    query.after = parse_cursor(*cursor);
    if (!query.after) return bad_cursor(*cursor);
  }
  return query;
}

tl::expected<void, ApiError> refuse_parameters(const ApiParameters& parameters) {
  return check_names(parameters, {});
}

std::string cursor_of(std::string_view tenant, std::string_view probe) {
  return fmt::format("{}/{}", tenant, probe);
}

std::string cursor_of(const FailurePlace& place) {
  return fmt::format("{}/{}", place.started.time_since_epoch().count(),
                     cursor_of(place.tenant, place.probe));
}

std::string cursor_of(const record::IncidentFacts& incident) {
  const auto since = std::chrono::floor<std::chrono::milliseconds>(incident.since);
  return fmt::format("{}/{}", since.time_since_epoch().count(), incident.id);
}

std::optional<std::pair<base::WallTime, std::int64_t>> parse_cursor(std::string_view text) {
  const auto slash = std::min(text.find('/'), text.size());
  const auto since = parse_number<std::int64_t>(text.substr(0, slash));
  const auto id = parse_number<std::int64_t>(text.substr(std::min(slash + 1, text.size())));
  if (!since || !id) return std::nullopt;
  return std::pair(base::WallTime(std::chrono::milliseconds(*since)), *id);
}

}  // namespace reinfer::api
