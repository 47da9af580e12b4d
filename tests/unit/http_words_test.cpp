// Tokens and dates of HTTP.
#include <doctest/doctest.h>

#include <string>

#include "base/http_date.h"
#include "base/http_token.h"

namespace reinfer::tests::http_words_test {
namespace {

using namespace std::literals;

TEST_CASE("a token of HTTP has letters, digits and fifteen other characters") {
  CHECK(base::is_http_token("GET"));
  CHECK(base::is_http_token("X-Team_1"));
  CHECK(base::is_http_token("!#$%&'*+-.^_`|~09azAZ"));
  for (const std::string& bad : {""s,    " "s,     "a b"s, "a:"s,  "a,b"s,  "a/b"s,      "(a)"s,
                                 "a=b"s, "\"a\""s, "a@b"s, "[a]"s, "{a}"s,  "a\\"s,      "a;"s,
                                 "<a>"s, "a?"s,    "\0"s,  "a\0"s, "\x7f"s, "\xc3\xa4"s, "a\t"s}) {
    CAPTURE(bad);
    CHECK_FALSE(base::is_http_token(bad));
  }
}

TEST_CASE("dates of HTTP are in the preferred form of RFC 9110") {
  CHECK(base::format_http_date(base::from_unix_seconds(784'111'777)) ==
        "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(base::format_http_date(base::from_unix_seconds(0)) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(base::format_http_date(base::from_unix_seconds(1'709'208'000) + 999ms) ==
        "Thu, 29 Feb 2024 12:00:00 GMT");
}

}  // namespace
}  // namespace reinfer::tests::http_words_test
