#include "base/base64.h"

#include <doctest/doctest.h>

namespace reinfer::tests::base64_test {
namespace {

using namespace std::literals;

TEST_CASE("base64 decodes the examples of RFC 4648") {
  CHECK(base::decode_base64("") == "");
  CHECK(base::decode_base64("Zg==") == "f");
  CHECK(base::decode_base64("Zm8=") == "fo");
  CHECK(base::decode_base64("Zm9v") == "foo");
  CHECK(base::decode_base64("Zm9vYg==") == "foob");
  CHECK(base::decode_base64("Zm9vYmE=") == "fooba");
  CHECK(base::decode_base64("Zm9vYmFy") == "foobar");
  CHECK(base::decode_base64("+/8A") == "\xfb\xff\0"s);
}

TEST_CASE("base64 refuses text that is not padded or not base64") {
  for (const char* bad : {"Z", "Zg", "Zg=", "Zg===", "====", "Z===", "Zm=v", "Zm9v\n", " Zm9v",
                          "Zm 9", "Zm9-", "Zm9_", "Zm9\xff", "Zm9vYg==Zm9v"}) {
    CAPTURE(bad);
    CHECK_FALSE(base::decode_base64(bad));
  }
  CHECK_FALSE(base::decode_base64("Zm9\0"s));
}

TEST_CASE("base64url has its own two characters and needs no padding") {
  CHECK(base::decode_base64url("") == "");
  CHECK(base::decode_base64url("-_8A") == "\xfb\xff\0"s);
  CHECK(base::decode_base64url("Zg") == "f");
  CHECK(base::decode_base64url("Zm8") == "fo");
  CHECK(base::decode_base64url("Zm8=") == "fo");
  for (const char* bad : {"+/8A", "Z", "Zg=", "Zm9v=", "Zm9v Zm9v"}) {
    CAPTURE(bad);
    CHECK_FALSE(base::decode_base64url(bad));
  }
}

}  // namespace
}  // namespace reinfer::tests::base64_test
