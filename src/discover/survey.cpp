#include "discover/survey.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "config/catalogue.h"

namespace reinfer::discover {
namespace {

using nlohmann::json;

constexpr std::size_t kStreamListsMax = 3;
// {"datasets": [{"name": "..."}]}: what lies deeper is thrown away while it is read.
constexpr int kDepthOfNames = 3;

bool is_usable(std::string_view parameter, std::string_view value) {
  const auto rules = config::parameter_rules();
  const auto rule = std::find_if(rules.begin(), rules.end(), [&](const auto& candidate) {
    return candidate.name == parameter;
  });
  return rule != rules.end() && rule->accepts(value);
}

bool is_kept(std::string_view key) {
  return key == "name" || key == "owner" || key == "last_modified" || key == "updated_at";
}

json names_in(std::string_view body) {
  const auto keep = [](int depth, json::parse_event_t event, json& parsed) {
    if (depth > kDepthOfNames) return false;
    const bool is_key = event == json::parse_event_t::key;
    return !is_key || depth < kDepthOfNames || is_kept(parsed.get_ref<const std::string&>());
  };
  return json::parse(body, keep, false);
}

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

bool is_later(const Resource& a, const Resource& b) {
  return a.modified > b.modified;
}

}  // namespace

std::string_view Listing::parameter(std::string_view key) const {
  for (const auto& [name, value] : question.parameters)
    if (name == key) return value;
  return {};
}

std::vector<ProbeText> first_questions() {
  std::vector<ProbeText> questions;
  for (const char* use : {"not_found", "projects", "datasets", "sources"})
    questions.push_back({use, use});
  return questions;
}

std::vector<ProbeText> stream_questions(const Survey& survey) {
  std::vector<ProbeText> questions;
  for (const Resource& dataset : latest_of_each_project(seen(survey, "datasets"), kStreamListsMax))
    questions.push_back({"streams-" + std::to_string(questions.size() + 1),
                         "streams",
                         {{"project", dataset.project}, {"dataset", dataset.name}}});
  return questions;
}

Listing read_listing(ProbeText question, model::Outcome outcome, std::string message,
                     std::string_view body) {
  Listing listing{std::move(question), outcome, std::move(message), {}, 0};
  const config::CatalogueEntry* entry = config::find_in_catalogue(listing.question.use);
  if (outcome != model::Outcome::ok || entry == nullptr || entry->key.empty()) return listing;
  const json document = names_in(body);
  const auto items = document.is_object() ? document.find(entry->key) : document.end();
  if (items == document.end() || !items->is_array()) return listing;
  // "sources" lists what the parameter "source" names.
  const std::string parameter(entry->key.substr(0, entry->key.size() - 1));
  for (const json& item : *items) {
    if (!item.is_object()) continue;
    Resource resource{text_of(item, "owner"), text_of(item, "name"),
                      text_of(item, "last_modified")};
    if (parameter == "project") resource.project = resource.name;
    if (parameter == "stream") resource.project = listing.parameter("project");
    if (resource.modified.empty()) resource.modified = text_of(item, "updated_at");
    if (is_usable(parameter, resource.name) && is_usable("project", resource.project))
      listing.resources.push_back(std::move(resource));
    else
      ++listing.unusable;
  }
  std::sort(listing.resources.begin(), listing.resources.end(),
            [](const Resource& a, const Resource& b) {
              return std::tie(a.project, a.name) < std::tie(b.project, b.name);
            });
  return listing;
}

std::vector<Resource> seen(const Survey& survey, std::string_view use) {
  std::vector<Resource> resources;
  for (const Listing& listing : survey)
    if (listing.question.use == use)
      resources.insert(resources.end(), listing.resources.begin(), listing.resources.end());
  return resources;
}

std::vector<Resource> latest_of_each_project(const std::vector<Resource>& resources,
                                             std::size_t count_max) {
  std::map<std::string, Resource> latest;
  for (const Resource& resource : resources) {
    const auto [known, is_new] = latest.emplace(resource.project, resource);
    if (!is_new && is_later(resource, known->second)) known->second = resource;
  }
  std::vector<Resource> chosen;
  for (const auto& [project, resource] : latest)
    if (chosen.size() < count_max) chosen.push_back(resource);
  return chosen;
}

bool is_hopeless(const Survey& survey) {
  using model::Outcome;
  for (const Listing& listing : survey) {
    const std::string& use = listing.question.use;
    const bool allowed = listing.outcome == Outcome::ok ||
                         (use != "not_found" && listing.outcome == Outcome::forbidden);
    if (listing.outcome == Outcome::throttled) return true;
    // Whether anybody is there, and whether the token is good, is known by these two.
    if ((use == "not_found" || use == "projects") && !allowed) return true;
  }
  return false;
}

}  // namespace reinfer::discover
