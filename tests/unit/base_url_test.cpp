#include "config/base_url.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace reinfer::tests::base_url_test {
namespace {

TEST_CASE("base URLs are cut to what comes before the API") {
  struct Row {
    std::string_view text;
    std::string_view url;
    std::string_view host;
    model::Onboarding onboarding;
  };
  constexpr auto kUipath = model::Onboarding::uipath;
  constexpr auto kReinfer = model::Onboarding::reinfer;
  constexpr auto kOther = model::Onboarding::other;
  const Row rows[] = {
      {"https://cloud.uipath.com/acme/prod/reinfer_", "https://cloud.uipath.com/acme/prod/reinfer_",
       "cloud.uipath.com", kUipath},
      {"https://cloud.uipath.com/acme/prod/reinfer_/",
       "https://cloud.uipath.com/acme/prod/reinfer_", "cloud.uipath.com", kUipath},
      {"HTTPS://Cloud.UiPath.com:443/Acme/Prod/reinfer_/sources?x=1#y",
       "https://cloud.uipath.com/Acme/Prod/reinfer_", "cloud.uipath.com", kUipath},
      {"https://cloud.uipath.com/acme/prod/reinfer_/sources//odd|path",
       "https://cloud.uipath.com/acme/prod/reinfer_", "cloud.uipath.com", kUipath},
      {"https://cloud.uipath.com/acme/prod/reinfer_/api/v1/sources",
       "https://cloud.uipath.com/acme/prod/reinfer_", "cloud.uipath.com", kUipath},
      {"https://cloud.uipath.com/0b6f7cc4-0a3e-4d1f-9b1f-0123456789ab/"
       "7e57ab1e-0a3e-4d1f-9b1f-0123456789ab/reinfer_",
       "https://cloud.uipath.com/0b6f7cc4-0a3e-4d1f-9b1f-0123456789ab/"
       "7e57ab1e-0a3e-4d1f-9b1f-0123456789ab/reinfer_",
       "cloud.uipath.com", kUipath},
      {"https://cloud.uipath.com/my%20org/prod/reinfer_",
       "https://cloud.uipath.com/my%20org/prod/reinfer_", "cloud.uipath.com", kUipath},
      {"https://staging.uipath.com/a/b/reinfer_", "https://staging.uipath.com/a/b/reinfer_",
       "staging.uipath.com", kUipath},
      {"https://api.uipath.com/a/b/reinfer_", "https://api.uipath.com/a/b/reinfer_",
       "api.uipath.com", kUipath},
      {"https://govcloud.uipath.us/a/b/reinfer_", "https://govcloud.uipath.us/a/b/reinfer_",
       "govcloud.uipath.us", kUipath},
      {"https://acme.dedicated.uipath.com/a/b/reinfer_/x",
       "https://acme.dedicated.uipath.com/a/b/reinfer_", "acme.dedicated.uipath.com", kUipath},
      {"https://acme.dedicated.uipath.com", "https://acme.dedicated.uipath.com",
       "acme.dedicated.uipath.com", kUipath},
      {"https://acme.reinfer.io", "https://acme.reinfer.io", "acme.reinfer.io", kReinfer},
      {"https://acme.reinfer.io/", "https://acme.reinfer.io", "acme.reinfer.io", kReinfer},
      {"https://acme.reinfer.io/proj/dataset?q=1", "https://acme.reinfer.io", "acme.reinfer.io",
       kReinfer},
      {"https://acme.reinfer.io/api/v1/sources", "https://acme.reinfer.io", "acme.reinfer.io",
       kReinfer},
      {"https://reinfer.io", "https://reinfer.io", "reinfer.io", kReinfer},
      {"https://reinfer.io?x", "https://reinfer.io", "reinfer.io", kReinfer},
      {"https://reinfer.dev/", "https://reinfer.dev", "reinfer.dev", kReinfer},
      {"https://notreinfer.io", "https://notreinfer.io", "notreinfer.io", kOther},
      {"https://cm.example.com", "https://cm.example.com", "cm.example.com", kOther},
      {"https://cm.example.com/api", "https://cm.example.com", "cm.example.com", kOther},
      {"https://cm.example.com/auth/user", "https://cm.example.com", "cm.example.com", kOther},
      {"https://cm.example.com/~org/tenant/reinfer_", "https://cm.example.com/~org/tenant/reinfer_",
       "cm.example.com", kUipath},
      {"https://localhost:9443/demo/production/reinfer_",
       "https://localhost:9443/demo/production/reinfer_", "localhost", kUipath},
      {"http://localhost:80", "http://localhost", "localhost", kOther},
      {"http://localhost:8080/api/v1", "http://localhost:8080", "localhost", kOther},
      {"http://127.1.2.3:8080", "http://127.1.2.3:8080", "127.1.2.3", kOther},
      {"http://[::1]:8080/a/b/reinfer_", "http://[::1]:8080/a/b/reinfer_", "[::1]", kUipath},
      {"https://[2001:DB8::1]", "https://[2001:db8::1]", "[2001:db8::1]", kOther},
      {"https://xn--mnchen-3ya.example", "https://xn--mnchen-3ya.example", "xn--mnchen-3ya.example",
       kOther},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto base = config::parse_base_url(row.text);
    REQUIRE_MESSAGE(base, base.error());
    CHECK(base->url == row.url);
    CHECK(base->host == row.host);
    CHECK(base->onboarding == row.onboarding);
  }
}

TEST_CASE("a base URL read again is itself") {
  for (const std::string_view text :
       {"https://Cloud.uipath.com/a/b/reinfer_/x", "https://x.reinfer.io/y", "http://localhost:81/",
        "https://[::1]:443/api"}) {
    const auto once = config::parse_base_url(text);
    REQUIRE(once);
    CHECK(config::parse_base_url(once->url) == once);
  }
}

TEST_CASE("a base URL that cannot be meant is refused with a reason") {
  struct Row {
    std::string_view text;
    std::string_view reason;  // a part of it
  };
  const Row rows[] = {
      {"", "is empty"},
      {"acme.reinfer.io", "has no scheme"},
      {"https:acme.reinfer.io", "has no scheme"},
      {"ftp://acme.reinfer.io", "has the scheme \"ftp\", allowed: https"},
      {"://acme.reinfer.io", "has the scheme \"\""},
      {"https://", "has no host"},
      {"https:///a/b/reinfer_", "has no host"},
      {"https://:443", "has no host"},
      {"https://acme.reinfer.io:0", "port"},
      {"https://acme.reinfer.io:99999", "port"},
      {"https://acme.reinfer.io:https", "port"},
      {" https://acme.reinfer.io", "space"},
      {"https://acme.reinfer.io ", "space"},
      {"https://acme.reinfer.io\n", "control character"},
      {std::string_view("https://acme\0.reinfer.io", 24), "control character"},
      {"https://m\xc3\xbcnchen.example", "punycode"},
      {"https://user@acme.reinfer.io", "user name or password"},
      {"https://user:secret@acme.reinfer.io", "user name or password"},
      {"https://%61cme%2f.reinfer.io", "URL"},
      {"https://.reinfer.io", "has the host"},
      {"https://acme..reinfer.io", "has the host"},
      {"https://acme.reinfer.io.", "has the host"},
      {"https://acme\\.reinfer.io", "URL"},
      {"http://acme.reinfer.io", "clear text, allowed: https://acme.reinfer.io"},
      {"http://localhost.example.com", "clear text"},
      {"http://128.0.0.1", "clear text"},
      {"http://cloud.uipath.com:80/a/b/reinfer_/x",
       "clear text, allowed: https://cloud.uipath.com/a/b/reinfer_"},
      {"http://cloud.uipath.com/a/b", "allowed: https://cloud.uipath.com/a/b/reinfer_"},
      {"https://cloud.uipath.com/a<b/prod/reinfer_", "character <"},
      {"http://127.0.0.1.example.com", "clear text"},
      {"https://cloud.uipath.com", "does not name organisation and tenant"},
      {"https://cloud.uipath.com/acme", "does not name organisation and tenant"},
      {"https://cloud.uipath.com/acme/prod",
       "does not name the reinfer_ service, allowed: https://cloud.uipath.com/acme/prod/reinfer_"},
      {"https://cloud.uipath.com/acme/prod/orchestrator_/x",
       "does not name the reinfer_ service, allowed: https://cloud.uipath.com/acme/prod/reinfer_"},
      {"https://cloud.uipath.com/acme/prod/Reinfer_", "does not name the reinfer_ service"},
      {"https://cloud.uipath.com/acme/../reinfer_", "segment"},
      {"https://cloud.uipath.com/acme/%2e%2E/reinfer_", "segment"},
      {"https://cloud.uipath.com/acme/%zz/reinfer_", "%"},
      {"https://cm.example.com/portal", "has the path"},
      {"https://cm.example.com/apis", "has the path"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto base = config::parse_base_url(row.text);
    REQUIRE_FALSE(base);
    CAPTURE(base.error());
    CHECK(base.error().find(row.reason) != std::string::npos);
    CHECK(base.error().find("secret") == std::string::npos);
  }
}

}  // namespace
}  // namespace reinfer::tests::base_url_test
