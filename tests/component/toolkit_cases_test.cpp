// The cases of Prometheus' exporter-toolkit (its web/testdata and tls_config_test.go), in files of
// ours with the same content: a file that is taken there is taken here, one that is refused there
// is refused here. What is unwise is a warning.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <openssl/ssl.h>

#include <string>
#include <vector>

#include "http/web_files.h"
#include "tests/component/door.h"

namespace reinfer::tests::toolkit_cases_test {
namespace {

// The certificate's files, which most cases begin with.
std::string with_certificate(const std::string& more = "") {
  return tls_config(more);
}

std::string indented(const std::string& pem) {
  std::string lines = "    ";
  for (const char c : pem)
    lines += c == '\n' ? std::string("\n    ") : std::string(1, c);
  return lines + "\n";
}

std::string inline_pem(const Door& door) {
  const simulator::Certificate& web = door.certificates.leaves.at(0);
  return "tls_server_config:\n  cert: |\n" + indented(web.certificate_pem) + "  key: |\n" +
         indented(web.key_pem) + "  client_auth_type: VerifyClientCertIfGiven\n";
}

constexpr const char* kIfGiven = "  client_auth_type: VerifyClientCertIfGiven\n";
constexpr const char* kVerified = "  client_auth_type: RequireAndVerifyClientCert\n";
constexpr const char* kAllCiphers =
    "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,"
    " TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,"
    " TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,"
    " TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384,"
    " TLS_CHACHA20_POLY1305_SHA256, TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,"
    " TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,"
    " TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, TLS_RSA_WITH_AES_128_CBC_SHA,"
    " TLS_RSA_WITH_AES_256_CBC_SHA, TLS_RSA_WITH_AES_128_GCM_SHA256,"
    " TLS_RSA_WITH_AES_256_GCM_SHA384]\n";

struct Case {
  const char* name;  // of the toolkit's file, without web_config_ and .yml
  std::string yaml;
  std::string problem;  // what ours says; empty: it is taken
  std::string warning = {};
};

std::vector<Case> refused_cases() {
  const std::string clear = "http_server_config:\n  headers:\n    ";
  return {
      {"junk", "hjkl\n", "is a single value, allowed: a table"},
      {"junk_key", "mumbo_jumbo: 1\n", "is not a key of this file"},
      {"noAuth_certPath_empty", "tls_server_config: {cert_file: '', key_file: web.key}\n",
       "tls_server_config.cert_file: is missing"},
      {"noAuth_cert_empty", "tls_server_config: {cert: '', key_file: web.key}\n",
       "tls_server_config.cert_file: is missing"},
      {"noAuth_keyPath_empty", "tls_server_config: {cert_file: web.crt, key_file: ''}\n",
       "tls_server_config.key_file: is missing"},
      {"noAuth_key_empty", "tls_server_config: {cert_file: web.crt, key: ''}\n",
       "tls_server_config.key_file: is missing"},
      {"noAuth_certPath_keyPath_empty",
       std::string("tls_server_config:\n  cert_file: ''\n  key_file: ''\n") + kIfGiven,
       "tls_server_config.cert_file: is missing"},
      {"noAuth_certPath_invalid", "tls_server_config: {cert_file: somefile, key_file: web.key}\n",
       "somefile: No such file"},
      {"noAuth_keyPath_invalid", "tls_server_config: {cert_file: web.crt, key_file: somefile}\n",
       "somefile: No such file"},
      {"noAuth_certPath_keyPath_invalid",
       "tls_server_config: {cert_file: somefile, key_file: somefile}\n", "somefile: No such file"},
      {"noAuth.bad", with_certificate("  client_ca_file: /dev/null\n"),
       "is of no use without client_auth_type"},
      {"auth_clientCAs_invalid",
       with_certificate(std::string(kVerified) + "  client_ca_file: somefile\n"),
       "somefile: No such file"},
      {"auth_clientCAs_nocerts",
       with_certificate(std::string(kVerified) + "  client_ca_file: web.key\n"),
       "holds no certificate"},
      {"auth_clientCAsText_nocerts",
       with_certificate(std::string(kVerified) + "  client_ca: nothing\n"), "holds no certificate"},
      {"auth_user_list_invalid", with_certificate() + "basic_auth_users:\n  john: doe\n",
       "basic_auth_users.john: is not a bcrypt hash"},
      {"noAuth_inventedCiphers",
       with_certificate(std::string(kIfGiven) + "  cipher_suites: [TLS_RSA_WITH_RC4_512_SHA]\n"),
       "tls_server_config.cipher_suites: is \"TLS_RSA_WITH_RC4_512_SHA\""},
      {"noAuth_inventedCurves",
       with_certificate(std::string(kIfGiven) + "  curve_preferences: [CurveP257]\n"),
       "tls_server_config.curve_preferences: is \"CurveP257\""},
      {"noAuth_wrongTLSVersion",
       with_certificate(std::string(kIfGiven) + "  min_version: TLS111\n"),
       "tls_server_config.min_version: is \"TLS111\""},
      {"headers_content_type_options", clear + "X-Content-Type-Options: sniff\n",
       "is \"sniff\", allowed: nosniff"},
      {"headers_frame_options", clear + "X-Frame-Options: foo\n", "is \"foo\", allowed: deny"},
      {"headers_extra_header", clear + "Server: foo\n", "is not a key of this table"},
  };
}

std::vector<Case> accepted_cases(const Door& door) {
  const std::string any = "lets in everybody with a certificate of any authority";
  const std::string users =
      "basic_auth_users:\n"
      "  alice: $2y$12$aaaaaaaaaaaaaaaaaaaaaOGY9KrC7e/pHj3EXQPxs8hKEBbvQhsvG\n"
      "  bob: $2y$18$aaaaaaaaaaaaaaaaaaaaaOGY9KrC7e/pHj3EXQPxs8hKEBbvQhsvG\n"
      "  carol: $2y$10$aaaaaaaaaaaaaaaaaaaaaOGY9KrC7e/pHj3EXQPxs8hKEBbvQhsvG\n";
  const std::string some =
      "  cipher_suites:\n    - TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\n"
      "    - TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384\n  max_version: TLS12\n";
  return {
      {"empty", "", ""},
      {"noAuth.good", with_certificate(kIfGiven), "", any},
      {"noAuth.good.blocking", with_certificate(kVerified), "", any},
      {"noAuth_tlsInline", inline_pem(door), "", any},
      {"noAuth_allCiphers", with_certificate(std::string(kIfGiven) + kAllCiphers), "", any},
      {"noAuth_someCiphers", with_certificate(kIfGiven + some), "", any},
      {"noAuth_someCiphers_noOrder",
       with_certificate(kIfGiven + some + "  prefer_server_cipher_suites: false\n"), "", any},
      {"noAuth_allCurves",
       with_certificate(std::string(kIfGiven) +
                        "  curve_preferences: [CurveP256, CurveP384, CurveP521, X25519]\n"),
       "", any},
      {"noAuth_someCurves",
       with_certificate(std::string(kIfGiven) + "  curve_preferences: [CurveP521]\n"), "", any},
      {"noAuth_noHTTP2",
       with_certificate(std::string(kIfGiven) +
                        "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]\n"
                        "  max_version: TLS12\n") +
           "http_server_config: {http2: false}\n",
       "", any},
      // Valid there, too; but its server does not start, because Go's HTTP/2 asks for a suite that
      // is missing. Here HTTP/1.1 is all that is spoken.
      {"noAuth_noHTTP2Cipher",
       with_certificate(std::string(kIfGiven) +
                        "  cipher_suites: [TLS_RSA_WITH_AES_128_CBC_SHA]\n  max_version: TLS12\n"),
       "", any},
      {"headers.good",
       "http_server_config:\n  headers:\n    X-Frame-Options: deny\n"
       "    Strict-Transport-Security: max-age=31536000; includeSubDomains\n"
       "    X-Content-Type-Options: nosniff\n    X-XSS-Protection: 1\n"
       "    Content-Security-Policy: \"default-src 'self' *.test.example.net\"\n",
       ""},
      {"requireanyclientcert",
       with_certificate("  client_auth_type: RequireAnyClientCert\n  client_ca_file: ca.pem\n"),
       ""},
      {"requireanyclientcertkeyinline",
       "tls_server_config:\n  cert_file: web.crt\n  key: |\n" +
           indented(door.certificates.leaves.at(0).key_pem) +
           "  client_auth_type: RequireAnyClientCert\n  client_ca_file: ca.pem\n",
       ""},
      {"requireandverifyclientcert",
       with_certificate(std::string(kVerified) + "  client_ca_file: ca.pem\n"), ""},
      {"auth_client_san.good",
       with_certificate(std::string(kVerified) +
                        "  client_ca_file: ca.pem\n  client_allowed_sans: [one, test3, two]\n"),
       ""},
      {"auth_client_san.bad",
       with_certificate(std::string(kVerified) +
                        "  client_ca_file: ca.pem\n  client_allowed_sans: [bad]\n"),
       ""},
      {"rate_limiter_nonblocking", "rate_limit: {interval: 0, burst: 0}\n", ""},
      {"rate_limiter_one_second", "rate_limit: {interval: 1s, burst: 0}\n", "",
       "has a burst of 0, which lets nobody in"},
      {"users_noTLS.good", users, "", "basic_auth_users.bob: has a cost of 18"},
      {"users.good", with_certificate() + users, "", "basic_auth_users.bob: has a cost of 18"},
  };
}

TEST_CASE("every file that the toolkit tests is judged as the toolkit judges it") {
  const Door door("");
  std::vector<Case> cases = refused_cases();
  for (Case& accepted : accepted_cases(door))
    cases.push_back(std::move(accepted));
  CHECK(cases.size() >= 41);
  for (const Case& each : cases) {
    CAPTURE(each.name);
    write(door.folder.path("web.yml"), each.yaml);
    const auto contents = http::read_web_files({door.folder.path("web.yml"), ""});
    CHECK(contents.has_value() == each.problem.empty());
    std::string words;
    for (const base::Problem& problem : contents ? contents->warnings : contents.error())
      words += base::to_string(problem) + "\n";
    CAPTURE(words);
    const std::string& expected = contents ? each.warning : each.problem;
    CHECK(words.find(expected) != std::string::npos);
    if (contents) CHECK(words.empty() == expected.empty());
  }
  CHECK_FALSE(http::read_web_files({door.folder.path("somefile"), ""}));
}

// What its clients meet, beyond access_test.cpp.
TEST_CASE("suites and curves are agreed on as with the toolkit") {
  struct Row {
    std::string yaml;
    std::string ciphers;
    std::string curves;
    int status;
  };
  const std::string suites =
      "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, "
      "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]\n  max_version: TLS12\n";
  const std::string curves = "  curve_preferences: [CurveP521]\n";
  for (const Row& row : {Row{suites, "ECDHE-ECDSA-AES128-GCM-SHA256", "", 200},
                         Row{suites, "ECDHE-ECDSA-AES256-SHA", "", 0},
                         Row{curves, "", "P-521", 200}, Row{curves, "", "P-384", 0}}) {
    CAPTURE(row.yaml);
    CAPTURE(row.curves);
    Door door(with_certificate(row.yaml));
    const int port = door.open();
    Fetch what = door.tls();
    what.ciphers = row.ciphers;
    what.curves = row.curves;
    CHECK(fetch(port, what).status == row.status);
  }
}

TEST_CASE("a burst of 0 lets nobody in") {
  Door door("rate_limit: {interval: 1s, burst: 0}\n");
  CHECK(fetch(door.open(), {"/secret"}).status == 429);
}

}  // namespace
}  // namespace reinfer::tests::toolkit_cases_test
