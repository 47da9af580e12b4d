#include "config/catalogue.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/text.h"

namespace reinfer::config {
namespace {

using namespace std::chrono_literals;

constexpr std::array kCatalogue = {
    CatalogueEntry{.id = "not_found",
                   .method = "GET",
                   .path = "/api/v1/nonexistent_page",
                   .http_status = 404,
                   .permission = "any valid token; whether it is looked at is not known",
                   .cost = "next to nothing",
                   .description = "a page that is not there: the application must say so itself"},
    CatalogueEntry{.id = "projects",
                   .method = "GET",
                   .path = "/api/v1/projects",
                   .key = "projects",
                   .type = model::JsonType::array,
                   .permission = "any valid token",
                   .cost = "small",
                   .description = "the projects that the token's user can see"},
    CatalogueEntry{.id = "sources",
                   .method = "GET",
                   .path = "/api/v1/sources",
                   .key = "sources",
                   .type = model::JsonType::array,
                   .permission = "View sources",
                   .cost = "grows with the tenant",
                   .description = "all sources of the tenant: the reply grows with it"},
    CatalogueEntry{.id = "sources_project",
                   .method = "GET",
                   .path = "/api/v1/sources/{project}",
                   .key = "sources",
                   .type = model::JsonType::array,
                   .permission = "View sources",
                   .cost = "small",
                   .description = "the sources of one project"},
    CatalogueEntry{.id = "source",
                   .method = "GET",
                   .path = "/api/v1/sources/{project}/{source}",
                   .key = "source",
                   .type = model::JsonType::object,
                   .permission = "View sources",
                   .cost = "small, always the same",
                   .description = "one source: the cheapest request that needs a permission"},
    CatalogueEntry{.id = "datasets",
                   .method = "GET",
                   .path = "/api/v1/datasets",
                   .key = "datasets",
                   .type = model::JsonType::array,
                   .permission = "View labels",
                   .cost = "may be large: it holds all taxonomies",
                   .description = "all datasets with their taxonomies: the reply may be large"},
    CatalogueEntry{.id = "dataset",
                   .method = "GET",
                   .path = "/api/v1/datasets/{project}/{dataset}",
                   .key = "dataset",
                   .type = model::JsonType::object,
                   .permission = "View labels",
                   .cost = "medium, always the same",
                   .description = "one dataset: the token, its permissions and the data path"},
    CatalogueEntry{.id = "current_user",
                   .method = "GET",
                   .path = "/auth/user",
                   .key = "user",
                   .type = model::JsonType::object,
                   .permission = "any valid token",
                   .cost = "small; the reply holds personal data, which is not kept",
                   .description = "whose token this is (undocumented): any valid token will do"},
    CatalogueEntry{.id = "streams",
                   .method = "GET",
                   .path = "/api/v1/datasets/{project}/{dataset}/streams",
                   .key = "streams",
                   .type = model::JsonType::array,
                   .permission = "View labels, View streams",
                   .cost = "small",
                   .description = "the streams of one dataset"},
    CatalogueEntry{.id = "stream",
                   .method = "GET",
                   .path = "/api/v1/datasets/{project}/{dataset}/streams/{stream}",
                   .key = "stream",
                   .type = model::JsonType::object,
                   .permission = "View labels, View streams",
                   .cost = "small",
                   .description = "one stream"},
    CatalogueEntry{.id = "stream_results",
                   .method = "GET",
                   .path = "/api/v1/datasets/{project}/{dataset}/streams/{stream}/results"
                           "?max_results=1&max_filtered=1",
                   .key = "results",
                   .type = model::JsonType::array,
                   .interval_min = 60s,
                   .permission = "Consume streams, View labels, View sources",
                   .cost = "runs the stream's filter and reads a prediction",
                   .description = "the next result of a stream, without moving its cursor"},
    CatalogueEntry{.id = "model_tags",
                   .method = "GET",
                   .path = "/api/v1/datasets/{project}/{dataset}/model-tags",
                   .key = "model_tags",
                   .type = model::JsonType::array,
                   .permission = "not named by the vendor; View labels is likely",
                   .cost = "small",
                   .description = "which model versions are tagged live and staging"},
    CatalogueEntry{
        .id = "validation",
        .method = "GET",
        .path = "/api/v1/datasets/{project}/{dataset}/labellers/{model_version}/validation",
        .key = "validation",
        .type = model::JsonType::object,
        .interval_min = 300s,
        .permission = "not named by the vendor; View labels is likely",
        .cost = "medium to large",
        .description = "validation scores of a model version: heavy for the server"},
    CatalogueEntry{.id = "comment",
                   .method = "GET",
                   .path = "/api/v1/sources/{project}/{source}/comments/{comment}",
                   .key = "comment",
                   .type = model::JsonType::object,
                   .permission = "not named by the vendor; View sources is likely",
                   .cost = "small, reads the storage",
                   .description = "one comment, best one written for this purpose"},
    CatalogueEntry{.id = "source_statistics",
                   .method = "POST",
                   .path = "/api/v1/sources/{project}/{source}/statistics",
                   .body = "{}",
                   .interval_min = 60s,
                   .permission = "not named by the vendor; View sources is likely",
                   .cost = "medium, counts over a source",
                   .description = "counts over one source"},
    CatalogueEntry{
        .id = "predict",
        .method = "POST",
        .path = "/api/v1/datasets/{project}/{dataset}/labellers/{model_version}/predict",
        .body = R"({"documents":[{"messages":[{"body":{"text":"Where is my order?"}}]}]})",
        .key = "predictions",
        .type = model::JsonType::array,
        .length = 1,
        .interval_min = 5min,
        .needs_accept_cost = true,
        .permission = "View labels, View sources",
        .cost = "MONEY: 1 AI Unit or 0.2 Platform Units each",
        .description = "a prediction for one short text: COSTS 1 AI Unit or 0.2 Platform Units"},
    CatalogueEntry{
        .id = "predict_comments",
        .method = "POST",
        .path = "/api/v1/datasets/{project}/{dataset}/labellers/{model_version}/predict-comments",
        .body = R"({"uids":["{comment}"]})",
        .key = "predictions",
        .type = model::JsonType::array,
        .length = 1,
        .interval_min = 60s,
        .needs_accept_cost = true,
        .permission = "View labels, View sources",
        .cost = "MONEY perhaps: units each",
        .description = "the prediction for a stored comment, by its uid: MAY COST units"},
    CatalogueEntry{.id = "consumability",
                   .method = "GET",
                   .path = "/api/_private/ixp/consumability",
                   .key = "can_consume_runtime",
                   .type = model::JsonType::boolean,
                   .permission = "not named by the vendor",
                   .cost = "small",
                   .description = "whether the licence still allows use (undocumented)"},
    CatalogueEntry{.id = "labeller_status",
                   .method = "GET",
                   .path = "/api/_private/datasets/{project}/{dataset}/labellers/status",
                   .key = "dataset_status",
                   .type = model::JsonType::object,
                   .interval_min = 60s,
                   .permission = "not named by the vendor",
                   .cost = "medium",
                   .description = "training and inference state of a dataset (undocumented)"},
    CatalogueEntry{.id = "quotas",
                   .method = "GET",
                   .path = "/api/_private/quotas",
                   .key = "quotas",
                   .type = model::JsonType::array,
                   .interval_min = 5min,
                   .permission = "tenant-quota-read",
                   .cost = "small",
                   .description = "the tenant's quotas (undocumented)"},
};

struct LeftOut {
  std::string_view id;
  std::string_view reason;
};

constexpr std::array kLeftOut = {
    LeftOut{"users", "it reads personal data of all users"},
    LeftOut{"audit", "it needs a wide permission and reads personal data"},
    LeftOut{"sync", "it writes comments, which is billed"},
    LeftOut{"export", "it is heavy and reads customers' data"},
    LeftOut{"fetch", "it reads customers' data; stream_results takes one result and is gentler"},
    LeftOut{"advance", "it moves a stream's cursor, so that the stream's consumer loses data"},
    LeftOut{"predict_extractions", "it runs a generative model, which is slow and costly"},
};

bool is_resource_name(std::string_view value) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  // "." and ".." are parts of a path, not names.
  return !value.empty() && value.size() <= 256 && value != "." && value != ".." &&
         value.find_first_not_of(kAllowed) == std::string_view::npos;
}

bool is_resource_name_or_id(std::string_view value) {
  if (!value.starts_with("id:")) return is_resource_name(value);
  const std::string_view id = value.substr(3);
  return !id.empty() && id.size() <= 64 &&
         id.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

bool is_version(std::string_view value) {
  if (value == "live" || value == "staging") return true;
  return !value.empty() && value.size() <= 10 &&
         value.find_first_not_of("0123456789") == std::string_view::npos;
}

constexpr std::string_view kResourceForm =
    "1 to 256 letters, digits, dots, underscores and hyphens, or \"id:\" and hexadecimal digits";

constexpr std::array kParameters = {
    ParameterRule{"project", kResourceForm, is_resource_name_or_id},
    ParameterRule{"dataset", kResourceForm, is_resource_name_or_id},
    ParameterRule{"source", kResourceForm, is_resource_name_or_id},
    ParameterRule{"stream", kResourceForm, is_resource_name_or_id},
    ParameterRule{"model_version", "a version number such as 7, \"live\" or \"staging\"",
                  is_version, true},
    ParameterRule{"comment", "1 to 256 letters, digits, dots, underscores and hyphens",
                  is_resource_name},
};

std::string placeholder(std::string_view parameter) {
  return "{" + std::string(parameter) + "}";
}

using Encode = std::string (*)(std::string_view);

std::string filled(std::string_view pattern, const ParameterValues& values, Encode encode) {
  std::string result(pattern);
  for (const ParameterRule& rule : kParameters) {
    const std::string hole = placeholder(rule.name);
    const auto at = result.find(hole);
    if (at == std::string::npos) continue;
    const auto value = values.find(rule.name);
    base::check(value != values.end(), "every parameter of a catalogue entry has a value");
    result.replace(at, hole.size(), encode(value->second));
  }
  return result;
}

}  // namespace

std::span<const CatalogueEntry> catalogue() {
  return kCatalogue;
}

const CatalogueEntry* find_in_catalogue(std::string_view id) {
  const auto entry = std::find_if(kCatalogue.begin(), kCatalogue.end(),
                                  [&](const CatalogueEntry& e) { return e.id == id; });
  return entry == kCatalogue.end() ? nullptr : &*entry;
}

std::vector<std::string_view> catalogue_ids() {
  std::vector<std::string_view> ids;
  ids.reserve(kCatalogue.size());
  for (const CatalogueEntry& entry : kCatalogue)
    ids.push_back(entry.id);
  return ids;
}

std::optional<std::string_view> reason_left_out(std::string_view id) {
  for (const LeftOut& left_out : kLeftOut)
    if (left_out.id == id) return left_out.reason;
  return std::nullopt;
}

std::span<const ParameterRule> parameter_rules() {
  return kParameters;
}

bool takes(const CatalogueEntry& entry, std::string_view parameter) {
  const std::string hole = placeholder(parameter);
  return entry.path.find(hole) != std::string_view::npos ||
         entry.body.find(hole) != std::string_view::npos;
}

std::string filled_path(const CatalogueEntry& entry, const ParameterValues& values) {
  return filled(entry.path, values, base::encode_path_segment);
}

std::string filled_body(const CatalogueEntry& entry, const ParameterValues& values) {
  // Accepted values hold no character that JSON would escape.
  return filled(entry.body, values, [](std::string_view value) { return std::string(value); });
}

model::Expectation expectation_of(const CatalogueEntry& entry) {
  model::Expectation expectation;
  if (entry.http_status != 0) expectation.http_status = entry.http_status;
  expectation.key = entry.key;
  expectation.type = entry.type;
  expectation.length = entry.length;
  return expectation;
}

}  // namespace reinfer::config
