#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "credentials/command.h"
#include "credentials/credentials.h"
#include "credentials/oauth.h"
#include "credentials/stored_secret.h"
#include "tests/unit/plans.h"

namespace reinfer::tests::credentials_test {
namespace {

using namespace std::chrono_literals;

std::string cleaned(std::string_view stored) {
  const credentials::SecretOrError token = credentials::clean_token(stored, "it");
  return token ? token->reveal() : "! " + token.error();
}

TEST_CASE("what people do to tokens is forgiven") {
  for (const std::string_view stored :
       {"abc.DEF-1", "abc.DEF-1\n", "  abc.DEF-1\r\n", "\"abc.DEF-1\"", "'abc.DEF-1'\n",
        "Bearer abc.DEF-1", "bearer  abc.DEF-1\n", "Bearer Bearer abc.DEF-1",
        "\"Bearer abc.DEF-1\"", "Bearer \"abc.DEF-1\""}) {
    CAPTURE(stored);
    CHECK(cleaned(stored) == "abc.DEF-1");
  }
}

TEST_CASE("what cannot be a token is refused without repeating it") {
  CHECK(cleaned("") == "! it is empty");
  CHECK(cleaned(" \n") == "! it is empty");
  CHECK(cleaned("\"\"") == "! it is empty");
  const std::string not_a_token =
      "! it holds a character that no token has (allowed: visible ASCII)";
  CHECK(cleaned("abc def") == not_a_token);
  CHECK(cleaned("abc\ndef") == not_a_token);
  CHECK(cleaned("abc\x01") == not_a_token);
  CHECK(cleaned("t\xc3\xb6ken") == not_a_token);
  CHECK(cleaned(std::string(credentials::kTokenBytesMax + 1, 'a')) ==
        "! it holds more than 16384 bytes");
}

TEST_CASE("a token comes from a file or a variable, and what is wrong is said in words") {
  const auto path = std::filesystem::temp_directory_path() / "reinfer_credentials_test.token";
  std::ofstream(path) << "secret-one\n";
  const auto file = [&](const std::string& name) {
    return credentials::read_stored({model::SecretSource::Kind::file, name});
  };
  CHECK(file(path.string())->reveal() == "secret-one");
  CHECK(file("/nonexistent/token").error() ==
        "/nonexistent/token cannot be read: No such file or directory");
  CHECK_FALSE(file(path.parent_path().string()).has_value());
  std::filesystem::remove(path);

  setenv("REINFER_CREDENTIALS_TEST", "secret-two", 1);
  CHECK(
      credentials::read_stored({model::SecretSource::Kind::environment, "REINFER_CREDENTIALS_TEST"})
          ->reveal() == "secret-two");
  unsetenv("REINFER_CREDENTIALS_TEST");
  CHECK(
      credentials::read_stored({model::SecretSource::Kind::environment, "REINFER_CREDENTIALS_TEST"})
          .error() == "the variable REINFER_CREDENTIALS_TEST is not set");
}

TEST_CASE("how a token is stored is remarked upon where it matters, without repeating it") {
  const auto path = std::filesystem::temp_directory_path() / "reinfer_storage_test.token";
  const model::SecretSource file{model::SecretSource::Kind::file, path.string()};
  const auto with = [&](const std::string& text, std::filesystem::perms mode) {
    std::ofstream(path) << text;
    std::filesystem::permissions(path, mode);
    return credentials::read_with_warnings(file).warnings;
  };
  const auto owner = std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;
  CHECK(with("secret-one\n", owner).empty());
  const auto quoted = with("\"secret-one\"\n", owner);
  REQUIRE(quoted.size() == 1);
  CHECK(quoted[0].find("secret-one") == std::string::npos);
  CHECK(with("Bearer secret-one\n", owner).size() == 1);
  CHECK(with("secret-one\n", owner | std::filesystem::perms::group_read).size() == 1);
  CHECK(with("Bearer secret-one\n", owner | std::filesystem::perms::others_read).size() == 2);
  // The group's bits of a credential are the mask of systemd's ACL, and let nobody in.
  setenv("CREDENTIALS_DIRECTORY", path.parent_path().c_str(), 1);
  CHECK(with("secret-one\n", owner | std::filesystem::perms::group_read).empty());
  unsetenv("CREDENTIALS_DIRECTORY");
  std::filesystem::remove(path);
  CHECK(credentials::read_with_warnings(file).warnings.empty());
}

credentials::SecretOrError run_to_end(const std::vector<std::string>& argv,
                                      const std::vector<std::string>& environment = {}) {
  credentials::CommandRun run(argv, environment, base::mono_now());
  for (;;) {
    if (auto ended = run.poll(base::mono_now())) return *ended;
    std::this_thread::yield();
  }
}

TEST_CASE("a token command runs without a shell and its output is a token") {
  CHECK(run_to_end({"/bin/echo", "Bearer abc$HOME"})->reveal() == "abc$HOME");
  CHECK(run_to_end({"/bin/sh", "-c", "echo $SHOWN"}, {"SHOWN=from-environment"})->reveal() ==
        "from-environment");
}

TEST_CASE("a token command that goes wrong says how, and nothing of what it printed") {
  CHECK(run_to_end({"/nonexistent/program"}).error() ==
        "token_command /nonexistent/program cannot be started: No such file or directory");
  CHECK(run_to_end({"/bin/sh", "-c", "echo secret; exit 3"}).error() ==
        "token_command /bin/sh exited with 3");
  CHECK(run_to_end({"/bin/sh", "-c", "kill -9 $$"}).error() ==
        "token_command /bin/sh died of signal 9");
  CHECK(run_to_end({"/bin/true"}).error() == "the output of /bin/true is empty");
  CHECK(run_to_end({"/usr/bin/yes", "secret"}).error() ==
        "token_command /usr/bin/yes printed more than 16384 bytes");
}

TEST_CASE("a token command that takes too long is ended") {
  credentials::CommandRun run({"/bin/sh", "-c", "exec cat /dev/zero | wc >&2; sleep 1000"}, {},
                              base::mono_now());
  CHECK_FALSE(run.poll(base::mono_now()).has_value());
  const auto ended = run.poll(base::mono_now() + credentials::kCommandTimeMax);
  REQUIRE(ended.has_value());
  CHECK(ended->error() == "token_command /bin/sh did not end in time");
}

TEST_CASE("a child's environment holds no secret of the plan") {
  setenv("REINFER_HIDDEN_TEST", "secret", 1);
  setenv("REINFER_HIDDEN_CLIENT_TEST", "secret", 1);
  setenv("REINFER_SHOWN_TEST", "shown", 1);
  model::TokenSource oauth;
  oauth.kind = model::TokenSource::Kind::oauth;
  oauth.oauth.client_secret = {model::SecretSource::Kind::environment,
                               "REINFER_HIDDEN_CLIENT_TEST"};
  const auto kept = credentials::environment_for_child(
      {model::TokenSource::environment("REINFER_HIDDEN_TEST"), oauth});
  const auto has = [&](const std::string& entry) {
    return std::find(kept.begin(), kept.end(), entry) != kept.end();
  };
  CHECK(has("REINFER_SHOWN_TEST=shown"));
  CHECK_FALSE(has("REINFER_HIDDEN_TEST=secret"));
  CHECK_FALSE(has("REINFER_HIDDEN_CLIENT_TEST=secret"));
}

model::Exchange token_reply(int status, std::string body) {
  model::Exchange exchange;
  exchange.http_status = status;
  exchange.body = std::move(body);
  return exchange;
}

TEST_CASE("the reply of a token server is read, and its errors keep to their code") {
  const auto good = credentials::read_token_reply(
      token_reply(200, R"({"access_token":"a.b.c","expires_in":3600,"token_type":"Bearer"})"));
  REQUIRE(good.has_value());
  CHECK(good->secret.reveal() == "a.b.c");
  CHECK(good->lifetime == 3600s);
  CHECK_FALSE(credentials::read_token_reply(token_reply(200, R"({"access_token":"x"})"))
                  ->lifetime.has_value());
  struct Row {
    int status;
    std::string_view body;
    std::string_view expected;
  };
  const Row rows[] = {
      {400, R"({"error":"invalid_client","error_description":"x"})",
       "the token server answered 400, invalid_client"},
      {429, "<html>", "the token server answered 429"},
      {200, "<html>", "the token server answered 200 without an access_token"},
      {200, R"({"access_token":7})", "the token server answered 200 without an access_token"},
      {200, R"({"access_token":""})", "the access_token is empty"},
      {200, R"(["access_token"])", "the token server answered 200 without an access_token"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.body);
    CHECK(credentials::read_token_reply(token_reply(row.status, std::string(row.body))).error() ==
          row.expected);
  }
  CHECK(
      credentials::read_token_reply(token_reply(200, R"({"access_token":"x","expires_in":1e300})"))
          ->lifetime == 24h * 30);
  model::Exchange lost;
  lost.error = model::WireError::connect;
  lost.error_text = "refused";
  CHECK(credentials::read_token_reply(lost).error() == "the token server was not reached: refused");
}

TEST_CASE("a client's secret travels in the form body, encoded, and nowhere else") {
  model::OAuthClient client;
  client.token_url = "https://cloud.uipath.com/acme/identity_/connect/token";
  client.client_id = "me";
  client.scope = "A B";
  const model::Request request = credentials::token_request(client, base::Secret("s&c=r t"));
  CHECK(request.body ==
        "grant_type=client_credentials&client_id=me&client_secret=s%26c%3Dr%20t&scope=A%20B");
  CHECK(request.url.find("s&c") == std::string::npos);
  CHECK(request.bearer.empty());
}

TEST_CASE("a JSON Web Token tells when it expires, other tokens do not") {
  // {"alg":"none"}.{"exp":1800000000}.x
  CHECK(credentials::jwt_expiry(base::Secret("eyJhbGciOiJub25lIn0.eyJleHAiOjE4MDAwMDAwMDB9.x")) ==
        base::WallTime{1800000000s});
  for (const char* token : {"opaque", "a.b.c", "a.e30.c", "..", "a.eyJleHAiOiJ4In0.c"}) {
    CAPTURE(token);
    CHECK_FALSE(credentials::jwt_expiry(base::Secret(token)).has_value());
  }
}

TEST_CASE("a token that a peer echoes is taken out of its text") {
  const base::Secret token("s3cr3t-token");
  CHECK(credentials::without_secret("bad token s3cr3t-token, s3cr3t-token!", token) ==
        "bad token $REINFER_TOKEN, $REINFER_TOKEN!");
  CHECK(credentials::without_secret("nothing here", token) == "nothing here");
  CHECK(credentials::without_secret("an a in it", base::Secret("a")) == "an a in it");
}

TEST_CASE("only tenants whose facts may have changed are told of, each once") {
  setenv("REINFER_CHANGED_A", "token-a", 1);
  setenv("REINFER_CHANGED_B", "token-b", 1);
  std::string text;
  for (const auto& [tenant, variable] : {std::pair("t0", "A"), {"t1", "B"}, {"t2", "A"}})
    text += fmt::format(
        "[[tenant]]\nname = \"{0}\"\nbase_url = \"https://cloud.uipath.com/org/{0}/reinfer_\"\n"
        "token_env = \"REINFER_CHANGED_{1}\"\n[[tenant.probe]]\nuse = \"projects\"\n",
        tenant, variable);
  const auto plan = plan_from(text);
  const base::Log log(base::LogLevel::error, base::LogFormat::logfmt);
  credentials::Credentials credentials(*plan, log);
  using Tenants = std::vector<model::TenantIndex>;
  const auto tenant = [](std::uint32_t i) { return model::TenantIndex{i}; };
  base::Instant now{base::WallTime{500s}, base::MonoTime{100s}};
  const auto token = credentials.token(tenant(0), now);
  REQUIRE(token.has_value());
  CHECK(credentials.take_changed().empty());  // a token as such is no fact
  credentials.accepted(model::TargetIndex{2}, *token, now);
  credentials.accepted(model::TargetIndex{2}, *token, now);
  CHECK(credentials.take_changed() == Tenants{tenant(2)});
  CHECK(credentials.facts(tenant(2)).accepted == true);
  CHECK(credentials.take_changed().empty());
  // A change at the source is one of all who use it.
  setenv("REINFER_CHANGED_A", "token-c", 1);
  now = {now.wall + 5s, now.mono + 5s};
  REQUIRE(credentials.token(tenant(2), now).has_value());
  CHECK(credentials.take_changed() == Tenants{tenant(0), tenant(2)});
  CHECK(credentials.facts(tenant(0)).changes == 1);
  unsetenv("REINFER_CHANGED_A");
  unsetenv("REINFER_CHANGED_B");
}

}  // namespace
}  // namespace reinfer::tests::credentials_test
