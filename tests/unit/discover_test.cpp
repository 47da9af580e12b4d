#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"
#include "config/base_url.h"
#include "config/load_plan.h"
#include "config/toml_text.h"
#include "discover/proposed_toml.h"
#include "tests/unit/goldens.h"

namespace reinfer::tests::discover_test {
namespace {

using discover::Listing;
using discover::ProbeText;
using discover::Survey;
using model::Outcome;

const discover::TenantAccess kAccess = {"acme",       "https://cloud.uipath.com/acme/prod/reinfer_",
                                        "ACME_TOKEN", "",
                                        "",           "http://proxy.example.com:3128"};

Listing answer(const char* use, Outcome outcome, std::string_view body = "",
               const char* message = "") {
  return discover::read_listing({use, use}, outcome, message, body);
}

Listing streams_of(const char* project, const char* dataset, Outcome outcome,
                   std::string_view body = "") {
  return discover::read_listing(
      {"streams-1", "streams", {{"project", project}, {"dataset", dataset}}}, outcome, "", body);
}

Survey tenant_of_two_projects() {
  return {
      answer("not_found", Outcome::ok),
      answer("projects", Outcome::ok,
             R"({"status":"ok","projects":[{"name":"sales"},{"name":"care"}]})"),
      answer("datasets", Outcome::ok,
             R"({"status":"ok","datasets":[
                 {"owner":"sales","name":"old","last_modified":"2025-01-01T00:00:00Z"},
                 {"owner":"sales","name":"new","last_modified":"2026-01-01T00:00:00Z"},
                 {"owner":"care","name":"mail","label_defs":[{"name":"not this"}]}]})"),
      answer("sources", Outcome::ok,
             R"({"sources":[{"owner":"care","name":"inbox","updated_at":"2026-01-01"}],
                 "status":"ok"})"),
      streams_of("care", "mail", Outcome::ok,
                 R"({"status":"ok","streams":[{"name":"triage"},{"name":"audit"}]})"),
      streams_of("sales", "new", Outcome::forbidden),
  };
}

std::string proposed(const Survey& survey) {
  const auto toml = discover::proposed_toml(kAccess, discover::propose(survey));
  REQUIRE_MESSAGE(toml.has_value(), base::to_string(toml.error().front()));
  return *toml;
}

std::vector<std::string> probe_names(const std::string& toml) {
  const auto plan =
      config::parse_plan(toml, "t.toml", [](const model::TokenSource&) { return std::nullopt; });
  REQUIRE(plan.has_value());
  std::vector<std::string> names;
  for (const model::Target& target : plan->targets())
    names.push_back(target.probe);
  return names;
}

TEST_CASE("a proposal probes what was changed last in each project, and offers the rest") {
  const std::string toml = proposed(tenant_of_two_projects());
  check_golden("discover_two_projects.toml", toml);
  CHECK(probe_names(toml) == std::vector<std::string>{"not_found", "projects", "dataset-care-mail",
                                                      "dataset-sales-new", "source-care-inbox",
                                                      "stream-care-mail-audit"});
}

TEST_CASE("what is offered as a comment is a good configuration as well") {
  const std::string toml = proposed(tenant_of_two_projects());
  const std::size_t offered = toml.find("# [[tenant.probe]]");
  REQUIRE(offered != std::string::npos);
  std::string taken = toml.substr(0, offered);
  for (const std::string_view line : base::split(std::string_view(toml).substr(offered), '\n'))
    taken += std::string(line.substr(std::min<std::size_t>(line.size(), 2))) + "\n";
  CHECK(probe_names(taken).size() == probe_names(toml).size() + 2);
}

TEST_CASE("streams are asked for in the datasets that are proposed, three at most") {
  const auto questions = discover::stream_questions(tenant_of_two_projects());
  REQUIRE(questions.size() == 2);
  CHECK(questions[0] ==
        ProbeText{"streams-1", "streams", {{"project", "care"}, {"dataset", "mail"}}});
  CHECK(questions[1] ==
        ProbeText{"streams-2", "streams", {{"project", "sales"}, {"dataset", "new"}}});
  std::string many;
  for (int i = 0; i < 9; ++i)
    many += (many.empty() ? "" : ",") + std::string(R"({"owner":"p)") + std::to_string(i) +
            R"(","name":"d"})";
  const Survey wide = {answer("datasets", Outcome::ok, R"({"datasets":[)" + many + "]}")};
  CHECK(discover::stream_questions(wide).size() == 3);
  CHECK(discover::propose(wide).probes.size() == 1 + 5);
  CHECK(discover::propose(wide).further.size() == 4);
}

struct Shortage {
  const char* use;
  Outcome outcome;
  const char* body;
  const char* sentence;
};

TEST_CASE("what is missing is said with the permission that would mend it") {
  const Shortage rows[] = {
      {"projects", Outcome::ok, R"({"projects":[]})",
       "No project is seen: there is none, or the token's user has no role in any."},
      {"projects", Outcome::forbidden, "",
       "The token's user lacks a permission that the vendor does not name: the API refused the "
       "list of projects (403). Without: no probe projects."},
      {"datasets", Outcome::ok, R"({"datasets":[]})",
       "No dataset is seen: there is none, or the token's user lacks View labels (voc-readonly) in "
       "every project. Without: no probe dataset, streams, stream, model_tags and validation."},
      {"sources", Outcome::forbidden, "",
       "The token's user lacks View sources (sources-read): the API refused the list of sources "
       "(403). Without: no probe source, sources_project, comment and source_statistics."},
      {"sources", Outcome::unauthorized, "",
       "The token's user probably lacks View sources (sources-read): the API answered 401 to the "
       "list of sources, though the token is good. Without: no probe source, sources_project, "
       "comment and source_statistics."},
      {"sources", Outcome::ok,
       R"({"sources":[{"owner":"a b","name":"c"},{"owner":"a","name":""}]})",
       "2 sources of the list of sources cannot be probed, because of their name."},
      {"datasets", Outcome::response_too_large, "",
       "Nothing is known about the list of datasets: The reply is larger than the probe reads, so "
       "it was given up. (why) Raise body_bytes_max, or better probe one named resource instead of "
       "a list."},
  };
  for (const Shortage& row : rows) {
    CAPTURE(row.sentence);
    const Survey survey = {answer(row.use, row.outcome, row.body,
                                  row.outcome == Outcome::response_too_large ? "why" : "")};
    const auto missing = discover::propose(survey).missing;
    REQUIRE(missing.size() == 1);
    CHECK(missing[0] == row.sentence);
  }
}

TEST_CASE("a tenant is empty only if all was answered") {
  const auto all = [](Outcome sources) {
    return discover::propose({answer("not_found", Outcome::ok),
                              answer("projects", Outcome::ok, R"({"projects":[]})"),
                              answer("datasets", Outcome::ok, R"({"datasets":[]})"),
                              answer("sources", sources, R"({"sources":[]})")});
  };
  CHECK(all(Outcome::ok).is_empty);
  CHECK_FALSE(all(Outcome::forbidden).is_empty);
  CHECK_FALSE(discover::propose(tenant_of_two_projects()).is_empty);
  CHECK(all(Outcome::ok).found == "no project, no dataset, no source");
}

TEST_CASE("nothing more is asked where the first answers say that it is of no use") {
  const auto hopeless = [](const char* use, Outcome outcome) {
    return discover::is_hopeless({answer(use, outcome)});
  };
  for (const Outcome outcome : model::all_outcomes()) {
    CAPTURE(model::to_label(outcome));
    CHECK(hopeless("not_found", outcome) == (outcome != Outcome::ok));
    CHECK(hopeless("projects", outcome) ==
          (outcome != Outcome::ok && outcome != Outcome::forbidden));
    CHECK(hopeless("sources", outcome) == (outcome == Outcome::throttled));
  }
}

TEST_CASE("nothing that a tenant calls its things can break the configuration") {
  const std::string hostile[] = {
      R"(a\"]\n[[tenant]]\nname = \"x)", R"(..)", R"(a/b)", R"({project})", R"(\u202e)", R"( )",
  };
  std::string items;
  for (const std::string& name : hostile)
    items += R"({"owner":"p","name":")" + name + R"("},)";
  const std::string longest(256, 'n');
  items += R"({"owner":"p","name":")" + longest + R"(a"},)";
  items += R"({"owner":"p","name":")" + longest + R"("},)";
  items += R"({"owner":"a-b","name":"c"},{"owner":"a","name":"b-c"},17,null,{"owner":5}]})";
  const Survey survey = {answer("datasets", Outcome::ok, R"({"datasets":[)" + items)};
  CHECK(survey[0].resources.size() == 3);
  CHECK(survey[0].unusable == 8);
  const auto names = probe_names(proposed(survey));
  CHECK(names.size() == 4);
  CHECK(names[1] != names[2]);
  for (const std::string& name : names)
    CHECK(name.size() <= 64);
}

TEST_CASE("a reply that is no list of things names none") {
  for (const char* body : {"", "[]", "{", R"({"datasets":{}})", R"({"datasets":[[["a"]]]})",
                           R"({"status":"ok"})", "\xff\xfe"})
    CHECK(answer("datasets", Outcome::ok, body).resources.empty());
  const std::string deep = R"({"datasets":[{"name":"d","owner":"p","x":)" +
                           std::string(100000, '[') + std::string(100000, ']') + "}]}";
  CHECK(answer("datasets", Outcome::ok, deep).resources.size() == 1);
}

TEST_CASE("a tenant is named after its organisation and itself, or its host") {
  CHECK(config::tenant_name_of("https://cloud.uipath.com/acme/prod/reinfer_") == "acme-prod");
  CHECK(config::tenant_name_of("https://acme.reinfer.io") == "acme");
  CHECK(config::tenant_name_of("https://127.0.0.1:9443") == "127");
  CHECK(config::tenant_name_of("https://cloud.uipath.com/a%20b/c/reinfer_") == "a-20b-c");
  CHECK(config::tenant_name_of("https://c.d/" + std::string(40, 'a') + "/" + std::string(40, 'b') +
                               "/reinfer_")
            .size() == 64);
}

TEST_CASE("strings and comments of a configuration hold whatever they are given") {
  CHECK(config::toml_quoted("a\"b\\c\nd\x01") == R"("a\"b\\c\nd\u0001")");
  CHECK(config::toml_quoted("a\x7f\xff") == "\"a\\u007F\xef\xbf\xbd\"");
  CHECK(config::toml_comment("one\ntwo") == "# one\n# two\n");
  CHECK(config::toml_comment("") == "#\n");
  CHECK(config::toml_comment("a\rb") == "# a b\n");
  const std::string words =
      config::toml_comment("- " + std::string(60, 'a') + " " + std::string(60, 'b'));
  CHECK(words == "# - " + std::string(60, 'a') + "\n#   " + std::string(60, 'b') + "\n");
}

}  // namespace
}  // namespace reinfer::tests::discover_test
