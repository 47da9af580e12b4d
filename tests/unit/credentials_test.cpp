#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "credentials/credentials.h"

namespace reinfer {
namespace {

std::string cleaned(std::string_view stored) {
  const TokenOrWhy token = clean_token(stored, "it");
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
  CHECK(cleaned(std::string(kTokenBytesMax + 1, 'a')) == "! it holds more than 16384 bytes");
}

TEST_CASE("a token comes from a file or a variable, and what is wrong is said in words") {
  const auto path = std::filesystem::temp_directory_path() / "reinfer_credentials_test.token";
  std::ofstream(path) << "secret-one\n";
  const auto file = [&](const std::string& name) {
    return read_token(TokenSource::file(name));
  };
  CHECK(file(path.string())->reveal() == "secret-one");
  CHECK(file("/nonexistent/token").error() ==
        "/nonexistent/token cannot be read: No such file or directory");
  CHECK_FALSE(file(path.parent_path().string()).has_value());
  std::filesystem::remove(path);

  setenv("REINFER_CREDENTIALS_TEST", "secret-two", 1);
  CHECK(read_token(TokenSource::environment("REINFER_CREDENTIALS_TEST"))->reveal() ==
        "secret-two");
  unsetenv("REINFER_CREDENTIALS_TEST");
  CHECK(read_token(TokenSource::environment("REINFER_CREDENTIALS_TEST")).error() ==
        "the variable REINFER_CREDENTIALS_TEST is not set");
}

}  // namespace
}  // namespace reinfer
