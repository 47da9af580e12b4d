#include "config/prove_probe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "base/spelling.h"
#include "config/catalogue.h"
#include "config/custom_request.h"
#include "config/settings.h"
#include "config/url_path.h"

namespace reinfer::config {
namespace {

// The request and the expected reply. Incomplete after a reported problem.
struct ProvenRequest {
  std::string method;
  std::string path;
  std::string body;
  model::Expectation expectation;
  RequestRules rules;
  std::string what;   // the request in a message
  base::Place place;  // where it is named
  std::string key;
};

std::string describe_unknown_id(std::string_view id) {
  const std::vector<std::string_view> ids = catalogue_ids();
  if (const auto reason = reason_left_out(id))
    return fmt::format("is {}, which is left out: {}, allowed: {}", base::quote(id), *reason,
                       fmt::join(ids, ", "));
  const auto near = base::nearest_word(id, ids);
  return fmt::format("is {}, which is not in the catalogue{}, allowed: {}", base::quote(id),
                     near ? fmt::format(" (did you mean {}?)", *near) : "", fmt::join(ids, ", "));
}

std::string parameters_of(const CatalogueEntry& entry) {
  std::vector<std::string_view> names;
  for (const ParameterRule& rule : parameter_rules())
    if (takes(entry, rule.name)) names.push_back(rule.name);
  return names.empty() ? "no parameters" : fmt::format("{}", fmt::join(names, ", "));
}

// False if a value is missing or wrong.
bool prove_parameters(const CatalogueEntry& entry, const ProbeConfig& probe,
                      ParameterValues& values, base::ProblemList& problems) {
  bool complete = true;
  for (const ParameterRule& rule : parameter_rules()) {
    const Setting<std::string>& setting = probe.parameters.find(rule.name)->second;
    if (!takes(entry, rule.name)) {
      refuse(
          setting,
          fmt::format("does not go with use = \"{}\", allowed: {}", entry.id, parameters_of(entry)),
          problems);
      continue;
    }
    const bool accepted = setting.value && rule.accepts(*setting.value);
    if (!setting.written)
      problems.add(
          probe.use.place, fmt::format("tenant.probe.{}", rule.name),
          fmt::format("is missing, and use = \"{}\" needs it, allowed: {}", entry.id, rule.form));
    else if (setting.value && !accepted)
      report(setting, fmt::format("is {}, allowed: {}", base::quote(*setting.value), rule.form),
             problems);
    if (accepted)
      values.emplace(rule.name, *setting.value);
    else
      complete = false;
  }
  return complete;
}

void prove_catalogue_request(const ProbeConfig& probe, ProvenRequest& request,
                             base::ProblemList& problems) {
  constexpr std::string_view kSaidAlready =
      "does not go with use, which says it already, allowed: one of the two";
  refuse(probe.method, kSaidAlready, problems);
  refuse(probe.path, kSaidAlready, problems);
  refuse(probe.body, kSaidAlready, problems);
  if (probe.expect)
    problems.add(probe.expect->place, "tenant.probe.expect", std::string(kSaidAlready));
  if (!probe.use.value) return;
  const CatalogueEntry* entry = find_in_catalogue(*probe.use.value);
  if (!entry) {
    report(probe.use, describe_unknown_id(*probe.use.value), problems);
    return;
  }
  ParameterValues values;
  request.method = entry->method;
  request.expectation = expectation_of(*entry);
  request.rules = {entry->interval_min, entry->needs_accept_cost};
  request.what = entry->id;
  request.place = probe.use.place;
  request.key = probe.use.key;
  if (!prove_parameters(*entry, probe, values, problems)) return;
  request.path = filled_path(*entry, values);
  request.body = filled_body(*entry, values);
}

model::Expectation prove_expectation(const ExpectConfig& expect, base::ProblemList& problems) {
  const auto status = expect.status.value;
  if (status && ((*status >= 300 && *status < 400) || *status == 401 || *status == 429))
    report(expect.status,
           fmt::format("is {}, allowed: 200 to 299, or 400 to 599 except 401 and 429", *status),
           problems);
  if (status && *status >= 400) {
    constexpr std::string_view kErrorHasNoKeys =
        "does not go with an error status, whose reply holds a message only, allowed: status alone";
    refuse(expect.key, kErrorHasNoKeys, problems);
    refuse(expect.type, kErrorHasNoKeys, problems);
    refuse(expect.length, kErrorHasNoKeys, problems);
    return {static_cast<int>(*status), "", model::JsonType::any, std::nullopt};
  }
  if (expect.key.value && (expect.key.value->empty() || expect.key.value->size() > 256))
    report(expect.key, "is empty or too long, allowed: 1 to 256 bytes", problems);
  if (!expect.key.written) {
    refuse(expect.type, "is the type of a key, but none is named, allowed: key as well", problems);
    refuse(expect.length, "is the length at a key, but none is named, allowed: key as well",
           problems);
  } else if (expect.length.written && expect.type.value != model::JsonType::array &&
             (expect.type.value || !expect.type.written)) {
    report(expect.length, "is the length of an array, allowed: only with type = \"array\"",
           problems);
  }
  model::Expectation result;
  if (status) result.http_status = static_cast<int>(*status);
  result.key = expect.key.value.value_or("");
  result.type = expect.type.value.value_or(model::JsonType::any);
  if (expect.length.value) result.length = static_cast<std::size_t>(*expect.length.value);
  return result;
}

void prove_body(const ProbeConfig& probe, std::string_view method, base::ProblemList& problems) {
  if (!probe.body.value) return;
  if (method == "GET")
    report(probe.body, "is for POST only, allowed: method = \"POST\", or no body", problems);
  else if (!nlohmann::json::accept(*probe.body.value))
    report(probe.body, "is not JSON, allowed: a JSON document such as '{}'", problems);
}

void prove_custom_request(const ProbeConfig& probe, ProvenRequest& request,
                          base::ProblemList& problems) {
  for (const auto& [name, setting] : probe.parameters)
    refuse(setting, "goes with use only, allowed: its value written into path", problems);
  const bool method_known =
      !probe.method.written ||
      (probe.method.value && (*probe.method.value == "GET" || *probe.method.value == "POST"));
  request.method = probe.method.value.value_or("GET");
  if (probe.method.value && !method_known)
    report(probe.method,
           fmt::format("is {}, allowed: \"GET\" or \"POST\" (a probe changes nothing)",
                       base::quote(*probe.method.value)),
           problems);
  if (method_known) prove_body(probe, request.method, problems);
  request.body = probe.body.value.value_or("");
  if (probe.expect) request.expectation = prove_expectation(*probe.expect, problems);
  if (!probe.path.value) return;

  const std::string& path = *probe.path.value;
  const auto query = std::min(path.find('?'), path.size());
  auto fault = path_fault(std::string_view(path).substr(0, query));
  if (!fault) fault = character_fault(std::string_view(path).substr(query));
  if (path.find('#') != std::string::npos) fault = "contains #, a fragment, which is never sent";
  if (fault) {
    report(probe.path, fmt::format("is {}, which {}", base::quote(path), *fault), problems);
    return;
  }
  const auto rules = judge_request(request.method, path);
  if (!rules && method_known)
    report(probe.path, fmt::format("is {}, which {}", base::quote(path), rules.error()), problems);
  request.rules = rules.value_or(RequestRules{});
  request.what = "this request";
  request.place = probe.path.place;
  request.key = probe.path.key;
  request.path = path;
}

std::string prove_name(const ProbeConfig& probe, base::ProblemList& problems) {
  if (probe.name.value && !is_name(*probe.name.value))
    report(probe.name, fmt::format("is {}, allowed: {}", base::quote(*probe.name.value), kNameForm),
           problems);
  if (!probe.name.written && !probe.use.written && probe.path.written)
    problems.add(
        probe.place, "tenant.probe.name",
        fmt::format("is missing, and a probe with a path needs one, allowed: {}", kNameForm));
  return probe.name.written ? probe.name.value.value_or("") : probe.use.value.value_or("");
}

}  // namespace

bool is_name(std::string_view name) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  return !name.empty() && name.size() <= 64 &&
         name.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::optional<model::Target> prove_probe(const ProbeConfig& probe, const ProbeSettings& tenant,
                                         const ProbeSettings& defaults, const std::string& base_url,
                                         base::ProblemList& problems) {
  ProvenRequest request;
  if (probe.use.written)
    prove_catalogue_request(probe, request, problems);
  else if (probe.path.written)
    prove_custom_request(probe, request, problems);
  else
    problems.add(probe.place, "tenant.probe",
                 "does not say what to request, allowed: use = \"dataset\" or another name of the "
                 "catalogue, or path = \"/api/v1/...\"");
  const std::string name = prove_name(probe, problems);
  if (request.rules.needs_accept_cost && !probe.accept_cost.value.value_or(false) &&
      !(probe.accept_cost.written && !probe.accept_cost.value))
    problems.add(request.place, request.key,
                 fmt::format("{} costs AI Units or Platform Units each time, allowed: only with "
                             "accept_cost = true in this probe",
                             request.what));
  const IntervalFloor floor{request.rules.interval_min, request.what, request.place, request.key};
  const auto settings = prove_settings({probe.settings, tenant, defaults}, floor, problems);
  if (!settings || request.path.empty() || name.empty() || base_url.empty()) return std::nullopt;

  model::Target target;
  target.probe = name;
  target.method = request.method;
  target.url = base_url + request.path;
  target.body = request.body;
  target.expectation = request.expectation;
  target.paid = request.rules.needs_accept_cost;
  target.interval = settings->interval;
  target.deadlines = settings->deadlines;
  target.connection = settings->connection;
  target.body_bytes_max = settings->body_bytes_max;
  target.buckets = settings->buckets;
  target.objectives = settings->objectives;
  return target;
}

}  // namespace reinfer::config
