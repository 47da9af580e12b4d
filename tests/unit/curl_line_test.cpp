#include <doctest/doctest.h>
#include <fmt/format.h>

#include "explain/curl_line.h"
#include "tests/unit/plans.h"

namespace reinfer::tests::curl_line_test {
namespace {

const std::string kProbe = "use = \"dataset\"\nproject = \"demo\"\ndataset = \"support\"";

std::string line_of(const std::string& settings, model::RouteTaken route = {},
                    const std::string& probe = kProbe) {
  const auto plan = plan_from("[[tenant]]\nname = \"t\"\nbase_url = \"https://reinfer.io\"\n" +
                              settings + "\n[[tenant.probe]]\n" + probe + "\n");
  model::ProbeResult result;
  result.request_headers = {{"x-request-id", "id-1"}};
  result.route = std::move(route);
  return explain::to_curl_line(*plan, result);
}

bool has(const std::string& line, const std::string& words) {
  return line.find(" \\\n  " + words) != std::string::npos;
}

TEST_CASE("the command repeats a plain probe, one option on each line") {
  CHECK(line_of("token_env = \"ACME_TOKEN\"\ntimeout = \"2500ms\"") ==
        "curl -sS -i --path-as-is \\\n"
        "  --max-time 2.5 \\\n"
        "  -H \"Authorization: Bearer $ACME_TOKEN\" \\\n"
        "  -H 'x-request-id: id-1' \\\n"
        "  -H 'Accept-Encoding: gzip' --compressed \\\n"
        "  'https://reinfer.io/api/v1/datasets/demo/support'");
}

TEST_CASE("the command says where the token comes from") {
  struct Row {
    std::string source;
    std::string expected;
  };
  const std::string oauth =
      "[tenant.oauth]\ntoken_url = \"https://login.example.com/token\"\nclient_id = \"c\"\n"
      "client_secret_env = \"S\"";
  for (const Row& row :
       {Row{"token_env = \"T\"", "$T"},
        Row{"token_file = \"/run/it's/token\"", R"($(cat '/run/it'\''s/token'))"},
        Row{"token_command = [\"/bin/echo\", \"my-secret\"]",
            "${REINFER_TOKEN:?put into it what token_command prints}"},
        Row{oauth, "${REINFER_TOKEN:?put into it an access token of the oauth client}"}}) {
    const std::string line = line_of(row.source);
    CAPTURE(line);
    CHECK(has(line, "-H \"Authorization: Bearer " + row.expected + "\""));
    CHECK(line.find("my-secret") == std::string::npos);
  }
}

TEST_CASE("the command goes the way of the probe") {
  struct Row {
    std::string settings;
    model::RouteTaken route;
    std::vector<std::string> expected;
  };
  const Row rows[] = {
      {"ip_family = \"4\"", {}, {"-4"}},
      {"ip_family = \"6\"", {}, {"-6"}},
      {"http2 = false", {}, {"--http1.1"}},
      {"", {true, ""}, {"--noproxy '*'"}},
      {"proxy_url = \"http://proxy:3128\"", {}, {"--proxy 'http://proxy:3128'", "--noproxy ''"}},
      {"proxy_url = \"http://proxy:3128\"\nno_proxy = \"a.example,b.example\"",
       {},
       {"--proxy 'http://proxy:3128'", "--noproxy 'a.example,b.example'"}},
      {"no_proxy = \"a.example\"", {}, {"--noproxy 'a.example'"}},
      {"resolve = [\"reinfer.io:443:10.0.0.1\"]",
       {false, "10.0.0.1"},
       {"--connect-to '::10.0.0.1:'"}},
      {"", {false, "fe80::1"}, {"--connect-to '::[fe80::1]:'"}},
      {"headers = { X-Team = \"it's\" }", {}, {R"(-H 'X-Team: it'\''s')"}},
  };
  for (const Row& row : rows) {
    const std::string line = line_of("token_env = \"T\"\n" + row.settings, row.route);
    CAPTURE(line);
    for (const std::string& words : row.expected)
      CHECK(has(line, words));
  }
  CHECK_FALSE(has(line_of("token_env = \"T\""), "--noproxy"));
}

TEST_CASE("the command holds no secret of the configuration") {
  const std::string line = line_of(
      "token_env = \"T\"\n"
      "headers = { X-Api-Key = \"hidden\", CF-Access-Client-Secret = \"hidden\" }");
  CAPTURE(line);
  CHECK(line.find("hidden") == std::string::npos);
  CHECK(has(line, "-H \"X-Api-Key: ${HEADER_X_Api_Key:?"));
}

TEST_CASE("the command sends the probe's method and body") {
  const std::string line =
      line_of("token_env = \"T\"", {},
              "name = \"p\"\nmethod = \"POST\"\npath = \"/api/v1/audit/query\"\n"
              "body = \"\"\"{\"text\":\"it's\"}\"\"\"");
  CAPTURE(line);
  CHECK(has(line, R"(--data-raw '{"text":"it'\''s"}')"));
  CHECK(has(line, "-H 'Expect:'"));
}

}  // namespace
}  // namespace reinfer::tests::curl_line_test
