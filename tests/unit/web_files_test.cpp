#include "http/web_files.h"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace reinfer::tests::web_files_test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kUsers =
    "basic_auth_users:\n  alice: $2b$04$aaaaaaaaaaaaaaaaaaaaaOGY9KrC7e/pHj3EXQPxs8hKEBbvQhsvG\n";
constexpr const char* kOthers =
    "basic_auth_users:\n  bob: $2b$04$aaaaaaaaaaaaaaaaaaaaaOGY9KrC7e/pHj3EXQPxs8hKEBbvQhsvG\n";
constexpr const char* kToken = "a-bearer-token-of-some-length\n";

// The files of an exporter in a folder of their own, looked at when the test says so.
class Watched {
 public:
  explicit Watched(const std::string& config, const std::string& tokens = "") {
    std::string pattern = std::filesystem::temp_directory_path() / "reinfer-XXXXXX";
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
    names_.config = folder_ / "web.yml";
    write(config);
    if (!tokens.empty()) {
      names_.tokens = folder_ / "tokens";
      std::ofstream(names_.tokens) << tokens;
    }
    files_.emplace(names_, access_, instruments_, log_);
    REQUIRE(files_->load());
  }
  ~Watched() { std::filesystem::remove_all(folder_); }

  // In one step, so that each text is a file of its own.
  void write(const std::string& config) {
    std::ofstream(names_.config + ".new") << config;
    std::filesystem::rename(names_.config + ".new", names_.config);
  }
  // A FIFO of no writer, where the file was.
  void block() {
    std::filesystem::remove(names_.config);
    REQUIRE(mkfifo(names_.config.c_str(), 0600) == 0);
  }
  void look_after(base::Nanoseconds time) { files_->refresh(now_ += time); }
  bool open() const { return access_.judge(std::nullopt).verdict == http::AccessVerdict::granted; }
  bool successful() const { return instruments_.web_reload_successful().value_or(false); }
  bool knows(const std::string& challenge) const {
    for (const std::string& known : access_.challenges())
      if (known.starts_with(challenge)) return true;
    return false;
  }

 private:
  std::filesystem::path folder_;
  http::WebFileNames names_;
  http::Access access_{"salt"};
  base::Instruments registry_;
  http::ServerInstruments instruments_{registry_, "/metrics"};
  const base::Log log_ = base::Log::silent();
  std::optional<http::WebFiles> files_;
  base::MonoTime now_{1h};
};

TEST_CASE("a file without its users opens the door only once it has stood for a while") {
  Watched web(kUsers);
  REQUIRE_FALSE(web.open());
  web.write("http_server_config: {http2: true}\n");
  web.look_after(1s);
  CHECK_FALSE(web.open());
  web.look_after(http::kOpeningDelay - 1ms);
  CHECK_FALSE(web.open());
  web.look_after(1ms);
  CHECK(web.open());
  CHECK(web.successful());
}

TEST_CASE("a half-written file that is made whole has opened nothing") {
  Watched web(kUsers);
  web.write("http_server_config: {http2: true}\n");
  web.look_after(1s);
  web.write(std::string("http_server_config: {http2: true}\n") + kUsers);
  web.look_after(http::kOpeningDelay);
  CHECK_FALSE(web.open());
  // Nor does the time count that the former half has stood.
  web.write("http_server_config: {http2: false}\n");
  web.look_after(1s);
  CHECK_FALSE(web.open());
  web.look_after(http::kOpeningDelay);
  CHECK(web.open());
}

TEST_CASE("each change of a file that opens something begins the wait anew") {
  Watched web(kUsers);
  for (int i = 0; i < 10; ++i) {
    web.write("rate_limit: {interval: 1s, burst: " + std::to_string(i + 1) + "}\n");
    web.look_after(http::kOpeningDelay);
    CHECK_FALSE(web.open());
  }
}

TEST_CASE("an emptied web configuration opens nothing, ever, and says why") {
  for (const char* nothing : {"", "\n", "# nothing\n"}) {
    CAPTURE(nothing);
    Watched web(kUsers);
    web.write(nothing);
    for (int i = 0; i < 10; ++i)
      web.look_after(http::kOpeningDelay);
    CHECK_FALSE(web.open());
    CHECK_FALSE(web.successful());
    // Mended, it is taken at once; said outright, after the wait.
    web.write(kOthers);
    web.look_after(1s);
    CHECK(web.successful());
    CHECK_FALSE(web.open());
    web.write("basic_auth_users: {}\n");
    web.look_after(1s);
    web.look_after(http::kOpeningDelay);
    CHECK(web.open());
  }
}

TEST_CASE("where nothing was closed, an emptied file is as good as another") {
  Watched web("rate_limit: {interval: 1s, burst: 10}\n");
  web.write("");
  web.look_after(1s);
  CHECK(web.successful());
  CHECK(web.open());
}

TEST_CASE("a FIFO in place of a web configuration is refused and not waited for") {
  Watched web(kUsers);
  web.block();
  web.look_after(1s);
  CHECK_FALSE(web.successful());
  CHECK(web.knows("Basic"));
}

TEST_CASE("other changes are in force at once") {
  Watched web(kUsers, kToken);
  web.write(kOthers);
  web.look_after(1s);
  CHECK(web.successful());
  // Users that go are waited for even where tokens stay.
  web.write("http_server_config: {http2: true}\n");
  web.look_after(1s);
  CHECK(web.knows("Basic"));
  web.look_after(http::kOpeningDelay);
  CHECK_FALSE(web.knows("Basic"));
  CHECK_FALSE(web.open());
}

TEST_CASE("what a change opens is said in words") {
  const http::WebGuards all{
      .tls = true, .client_certificates = true, .users = true, .tokens = true};
  CHECK(http::what_opens(all, all).empty());
  CHECK(http::what_opens({}, all).empty());
  CHECK(http::what_opens({}, {}).empty());
  CHECK(http::what_opens(all, {.tls = true, .client_certificates = true, .tokens = true}) ==
        "no user has a password any more, only tokens are asked for");
  CHECK(http::what_opens({.users = true}, {}) == "everybody may ask, without a password");
  CHECK(http::what_opens({.tls = true, .client_certificates = true}, {.tls = true}) ==
        "clients need no certificate");
  CHECK(http::what_opens({.tls = true, .client_certificates = true, .users = true}, {}) ==
        "everybody may ask, without a password; clients need no certificate; plain HTTP instead of "
        "TLS, which others can read");
}

}  // namespace
}  // namespace reinfer::tests::web_files_test
