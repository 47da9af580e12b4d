#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "http/access.h"

namespace reinfer::tests::access_test {
namespace {

using namespace std::literals;

// Of "secret", at the lowest cost there is.
const std::string kHash = "$2b$04$aaaaaaaaaaaaaaaaaaaaaOGY9KrC7e/pHj3EXQPxs8hKEBbvQhsvG";

std::string hash_as(char version) {
  std::string hash = kHash;
  hash[2] = version;
  return hash;
}

TEST_CASE("passwords are checked against bcrypt hashes of every usual version") {
  for (const char version : {'a', 'b', 'y'}) {
    CAPTURE(version);
    CHECK(http::verify_bcrypt("secret", hash_as(version)));
    CHECK_FALSE(http::verify_bcrypt("Secret", hash_as(version)));
  }
  CHECK_FALSE(http::verify_bcrypt("", kHash));
  CHECK_FALSE(http::verify_bcrypt("secret\0x"s, kHash));
  CHECK_FALSE(http::verify_bcrypt("secret", "nonsense"));
  CHECK_FALSE(http::verify_bcrypt("secret", ""));
}

TEST_CASE("only whole bcrypt hashes pass for one") {
  CHECK(http::bcrypt_cost(kHash) == 4);
  CHECK(http::bcrypt_cost("$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG") == 10);
  for (const std::string& bad :
       {hash_as('x'), kHash.substr(1), kHash + "a", kHash.substr(0, 59) + "!",
        "$2b$03" + kHash.substr(6), "$2b$32" + kHash.substr(6), "$2b$4x" + kHash.substr(6),
        std::string("secret"), std::string()}) {
    CAPTURE(bad);
    CHECK_FALSE(http::bcrypt_cost(bad));
  }
}

class AccessTest {
 public:
  AccessTest() : access("salt") { access.replace({{{"alice", kHash}}, {}, {}, {}}); }

  // As the password worker does.
  http::AccessVerdict settle(const std::string& authorization) {
    const http::AccessDecision first = access.judge(authorization);
    if (first.verdict != http::AccessVerdict::unknown) return first.verdict;
    ++hashed;
    const bool right = http::verify_bcrypt(first.question->password.reveal(), first.question->hash);
    const http::PasswordAnswer answer{first.question->key, right && first.question->known_user};
    access.remember(answer);
    return access.judge(authorization, answer).verdict;
  }

  http::Access access;
  int hashed = 0;
};

// "alice:secret", "alice:wrong", "bob:secret", "alice:secret:more".
constexpr const char* kAlice = "Basic YWxpY2U6c2VjcmV0";
constexpr const char* kAliceWrong = "Basic YWxpY2U6d3Jvbmc=";
constexpr const char* kBob = "Basic Ym9iOnNlY3JldA==";

TEST_CASE_FIXTURE(AccessTest, "a user with the right password is let in, once hashed for ever") {
  CHECK(settle(kAlice) == http::AccessVerdict::granted);
  CHECK(settle(kAlice) == http::AccessVerdict::granted);
  CHECK(hashed == 1);
  CHECK(settle(kAliceWrong) == http::AccessVerdict::denied);
  CHECK(settle(kAliceWrong) == http::AccessVerdict::denied);
  CHECK(hashed == 2);
}

TEST_CASE_FIXTURE(AccessTest, "a name that nobody has costs as much, and gets nowhere") {
  CHECK(access.judge(kBob).verdict == http::AccessVerdict::unknown);
  // Not even with the password of the hash that it was compared with.
  CHECK(settle(kBob) == http::AccessVerdict::denied);
  CHECK(hashed == 1);
}

TEST_CASE_FIXTURE(AccessTest, "what is no password is denied at once") {
  for (const char* header : {"", "Basic", "Basic ", "Basic !", "Basic YWxpY2U=", "Digest x",
                             "Bearer alice:secret", "basicYWxpY2U6c2VjcmV0"}) {
    CAPTURE(header);
    CHECK(access.judge(std::string(header)).verdict == http::AccessVerdict::denied);
  }
  CHECK(access.judge(std::nullopt).verdict == http::AccessVerdict::denied);
  CHECK(access.judge("BASIC  YWxpY2U6c2VjcmV0"s).verdict == http::AccessVerdict::unknown);
}

TEST_CASE_FIXTURE(AccessTest, "wrong passwords do not push the right one out of memory") {
  CHECK(settle(kAlice) == http::AccessVerdict::granted);
  for (std::uint8_t i = 0; i < 250; ++i)
    access.remember({http::Digest{i, 1}, false});
  CHECK(settle(kAlice) == http::AccessVerdict::granted);
  CHECK(hashed == 1);
  CHECK_FALSE(access.recall(http::Digest{0, 1}));
  CHECK(access.recall(http::Digest{249, 1}) == false);
}

TEST_CASE_FIXTURE(AccessTest,
                  "a hundred answers of each kind are remembered, the oldest goes first") {
  for (const bool right : {true, false}) {
    CAPTURE(right);
    const auto key = [right](std::uint8_t i) { return http::Digest{i, right}; };
    for (std::uint8_t i = 0; i < 100; ++i)
      access.remember({key(i), right});
    // One that is known already takes no place.
    for (int i = 0; i < 5; ++i)
      access.remember({key(50), right});
    CHECK(access.recall(key(0)) == right);
    access.remember({key(100), right});
    CHECK_FALSE(access.recall(key(0)));
    CHECK(access.recall(key(1)) == right);
    CHECK(access.recall(key(100)) == right);
  }
}

TEST_CASE_FIXTURE(AccessTest, "an answer to another question opens nothing") {
  CHECK(access.judge(kAlice, http::PasswordAnswer{http::Digest{1}, true}).verdict ==
        http::AccessVerdict::unknown);
  const auto question = access.judge(kAlice).question;
  REQUIRE(question);
  CHECK(access.judge(kAlice, http::PasswordAnswer{question->key, false}).verdict ==
        http::AccessVerdict::denied);
  CHECK(access.judge(kBob, http::PasswordAnswer{question->key, true}).verdict ==
        http::AccessVerdict::unknown);
}

TEST_CASE_FIXTURE(AccessTest, "a changed hash takes effect at once") {
  CHECK(settle(kAlice) == http::AccessVerdict::granted);
  // Of "other".
  access.replace(
      {{{"alice", "$2b$04$bbbbbbbbbbbbbbbbbbbbbOGY9KrC7e/pHj3EXQPxs8hKEBbvQhsvG"}}, {}, {}, {}});
  CHECK(settle(kAlice) == http::AccessVerdict::denied);
  access.replace({});
  CHECK(access.judge(std::nullopt).verdict == http::AccessVerdict::granted);
}

TEST_CASE_FIXTURE(AccessTest, "a bearer token opens what a user opens") {
  const std::string token = "token-of-sixteen";
  http::AccessSettings settings;
  settings.tokens.emplace_back("another-of-sixteen");
  settings.tokens.emplace_back(token);
  access.replace(std::move(settings));
  CHECK(access.judge("Bearer " + token).verdict == http::AccessVerdict::granted);
  CHECK(access.judge("bearer  " + token + " ").verdict == http::AccessVerdict::granted);
  CHECK(access.judge("Bearer " + token + "x").verdict == http::AccessVerdict::denied);
  CHECK(access.judge("Bearer ").verdict == http::AccessVerdict::denied);
  CHECK(access.judge("Basic " + token).verdict == http::AccessVerdict::denied);
  CHECK(access.judge(kAlice).verdict == http::AccessVerdict::denied);
  CHECK(access.challenges() == std::vector<std::string>{"Bearer realm=\"reinfer_exporter\""});
}

TEST_CASE_FIXTURE(AccessTest, "the rate allows a burst, then one request an interval") {
  http::AccessSettings settings;
  settings.rate_limit = http::RequestRate{1s, 3};
  access.replace(std::move(settings));
  base::MonoTime now{100s};
  for (const bool fits : {true, true, true, false, false})
    CHECK(access.within_rate(now) == fits);
  now += 1s;
  for (const bool fits : {true, false})
    CHECK(access.within_rate(now) == fits);
  now += 1h;
  for (const bool fits : {true, true, true, false})
    CHECK(access.within_rate(now) == fits);
  // What replaces it has no limit.
  access.replace({});
  for (int i = 0; i < 10; ++i)
    CHECK(access.within_rate(now));
}

}  // namespace
}  // namespace reinfer::tests::access_test
