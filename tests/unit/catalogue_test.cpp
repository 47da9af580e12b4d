#include "config/catalogue.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "config/custom_request.h"

namespace reinfer::tests::catalogue_test {
namespace {

using namespace std::chrono_literals;

const config::ParameterValues kValues = {{"project", "p"},       {"dataset", "d"},
                                         {"source", "id:0a"},    {"stream", "t"},
                                         {"model_version", "7"}, {"comment", "s.c"}};

TEST_CASE("every catalogue entry asks for its page and expects its key") {
  struct Row {
    std::string_view id;
    std::string_view method;
    std::string_view path;
    std::string_view body;
    model::Expectation expectation;
    base::Nanoseconds interval_min;
    bool paid;
  };
  const auto has = [](std::string key, model::JsonType type) {
    return model::Expectation{std::nullopt, std::move(key), type, std::nullopt};
  };
  const model::Expectation one_prediction{std::nullopt, "predictions", model::JsonType::array, 1};
  const Row rows[] = {
      {"not_found",
       "GET",
       "/api/v1/nonexistent_page",
       "",
       {404, "", model::JsonType::any, {}},
       0s,
       false},
      {"projects", "GET", "/api/v1/projects", "", has("projects", model::JsonType::array), 0s,
       false},
      {"sources", "GET", "/api/v1/sources", "", has("sources", model::JsonType::array), 0s, false},
      {"sources_project", "GET", "/api/v1/sources/p", "", has("sources", model::JsonType::array),
       0s, false},
      {"source", "GET", "/api/v1/sources/p/id:0a", "", has("source", model::JsonType::object), 0s,
       false},
      {"datasets", "GET", "/api/v1/datasets", "", has("datasets", model::JsonType::array), 0s,
       false},
      {"dataset", "GET", "/api/v1/datasets/p/d", "", has("dataset", model::JsonType::object), 0s,
       false},
      {"current_user", "GET", "/auth/user", "", has("user", model::JsonType::object), 0s, false},
      {"streams", "GET", "/api/v1/datasets/p/d/streams", "", has("streams", model::JsonType::array),
       0s, false},
      {"stream", "GET", "/api/v1/datasets/p/d/streams/t", "",
       has("stream", model::JsonType::object), 0s, false},
      {"stream_results", "GET",
       "/api/v1/datasets/p/d/streams/t/results?max_results=1&max_filtered=1", "",
       has("results", model::JsonType::array), 60s, false},
      {"model_tags", "GET", "/api/v1/datasets/p/d/model-tags", "",
       has("model_tags", model::JsonType::array), 0s, false},
      {"validation", "GET", "/api/v1/datasets/p/d/labellers/7/validation", "",
       has("validation", model::JsonType::object), 300s, false},
      {"comment", "GET", "/api/v1/sources/p/id:0a/comments/s.c", "",
       has("comment", model::JsonType::object), 0s, false},
      {"source_statistics", "POST", "/api/v1/sources/p/id:0a/statistics", "{}", {}, 60s, false},
      {"predict", "POST", "/api/v1/datasets/p/d/labellers/7/predict",
       R"({"documents":[{"messages":[{"body":{"text":"Where is my order?"}}]}]})", one_prediction,
       300s, true},
      {"predict_comments", "POST", "/api/v1/datasets/p/d/labellers/7/predict-comments",
       R"({"uids":["s.c"]})", one_prediction, 60s, true},
      {"consumability", "GET", "/api/_private/ixp/consumability", "",
       has("can_consume_runtime", model::JsonType::boolean), 0s, false},
      {"labeller_status", "GET", "/api/_private/datasets/p/d/labellers/status", "",
       has("dataset_status", model::JsonType::object), 60s, false},
      {"quotas", "GET", "/api/_private/quotas", "", has("quotas", model::JsonType::array), 300s,
       false},
  };
  CHECK(std::size(rows) == config::catalogue().size());
  for (const Row& row : rows) {
    CAPTURE(row.id);
    const config::CatalogueEntry* entry = config::find_in_catalogue(row.id);
    REQUIRE(entry);
    CHECK(entry->method == row.method);
    CHECK(config::filled_path(*entry, kValues) == row.path);
    CHECK(config::filled_body(*entry, kValues) == row.body);
    CHECK(config::expectation_of(*entry) == row.expectation);
    CHECK(entry->interval_min == row.interval_min);
    CHECK(entry->needs_accept_cost == row.paid);
    CHECK_FALSE(entry->description.empty());
  }
}

TEST_CASE("every catalogue entry would be allowed as a request of one's own") {
  for (const config::CatalogueEntry& entry : config::catalogue()) {
    CAPTURE(entry.id);
    const std::string body = config::filled_body(entry, kValues);
    CHECK((body.empty() || nlohmann::json::accept(body)));
    const auto rules = config::judge_request(entry.method, config::filled_path(entry, kValues));
    REQUIRE_MESSAGE(rules, rules.error());
    CHECK(rules->needs_accept_cost == entry.needs_accept_cost);
    CHECK(rules->interval_min <= entry.interval_min);
  }
}

TEST_CASE("what reads personal data or writes is not in the catalogue") {
  for (const std::string_view id : {"users", "audit", "sync", "export", "advance"}) {
    CHECK(config::find_in_catalogue(id) == nullptr);
    CHECK(config::reason_left_out(id));
  }
  CHECK_FALSE(config::reason_left_out("dataset"));
  CHECK_FALSE(config::reason_left_out("nonsense"));
}

TEST_CASE("parameters accept the names that the API has and nothing that changes a path") {
  struct Row {
    std::string_view parameter;
    std::string_view value;
    bool accepted;
  };
  const std::string longest(256, 'x');
  const std::string too_long(257, 'x');
  const Row rows[] = {
      {"project", "Support_2.mails-x", true},
      {"project", "id:0123456789abcDEF", true},
      {"project", "id:", false},
      {"project", "id:xyz", false},
      {"project", "", false},
      {"project", ".", false},
      {"dataset", "..", false},
      {"dataset", "a/b", false},
      {"source", "a b", false},
      {"source", "~", false},
      {"stream", longest, true},
      {"stream", too_long, false},
      {"stream", "m\xc3\xbcll", false},
      {"model_version", "7", true},
      {"model_version", "live", true},
      {"model_version", "staging", true},
      {"model_version", "-1", false},
      {"model_version", "latest", false},
      {"model_version", "", false},
      {"comment", "0123abcd.my-comment", true},
      {"comment", "id:0a", false},
      {"comment", "a\"b", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.parameter);
    CAPTURE(row.value);
    for (const config::ParameterRule& rule : config::parameter_rules())
      if (rule.name == row.parameter) CHECK(rule.accepts(row.value) == row.accepted);
  }
}

TEST_CASE("requests that may change something are refused whatever their spelling") {
  struct Row {
    std::string_view method;
    std::string_view path;
    bool allowed;
    bool paid;
  };
  const Row rows[] = {
      {"GET", "/api/v1/projects", true, false},
      {"GET", "/api/v1/anything?at=all", true, false},
      {"GET", "/api/v1/users", false, false},
      {"GET", "/api/v1/sources/p/users", true, false},
      {"GET", "/api/v1/datasets/p/d/export", false, false},
      {"POST", "/api/v1/sources/p/s/statistics", true, false},
      {"POST", "/api/v1/datasets/p/d/query", true, false},
      {"POST", "/api/v1/audit_events/query", false, false},
      {"POST", "/api/v1/sources", false, false},
      {"POST", "/api/v1/sources/p/s/sync", false, false},
      {"POST", "/api/v1/sources/p/s/SYNC/", false, false},
      {"POST", "/api/v1/sources/p/s/sync?x=/statistics", false, false},
      {"POST", "/api/v1/sources/p/s/s%79nc", false, false},
      {"POST", "/api/v1/sources/p/s/sync-raw-emails", false, false},
      {"POST", "/x/sync-annotations", false, false},
      {"POST", "/x/streams/t/advance", false, false},
      {"POST", "/x/streams/t/reset", false, false},
      {"POST", "/x/streams/t/exceptions", false, false},
      {"POST", "/x/streams/t/fetch", false, false},
      {"POST", "/x/predict-extractions", false, false},
      {"POST", "/auth/refresh-user-permissions", false, false},
      {"POST", "/x/labellers/7/predict", true, true},
      {"POST", "/x/labellers/7/predict-raw-emails", true, true},
      {"POST", "/x/labellers/7/predict-comments", true, true},
      {"GET", "/x/labellers/7/predict", true, true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.method);
    CAPTURE(row.path);
    const auto rules = config::judge_request(row.method, row.path);
    REQUIRE(rules.has_value() == row.allowed);
    if (rules) CHECK(rules->needs_accept_cost == row.paid);
  }
}

}  // namespace
}  // namespace reinfer::tests::catalogue_test
