#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/random.h"
#include "credentials/credentials.h"
#include "credentials/stored_reads.h"
#include "tests/unit/plans.h"

namespace reinfer::tests::stored_reads_test {
namespace {

using namespace std::chrono_literals;
using credentials::StoredSecret;

constexpr std::string_view kOneTenant = R"(
[[tenant]]
name = "acme"
base_url = "https://reinfer.io"
token_file = "/run/secrets/token"
[[tenant.probe]]
use = "projects"
)";

StoredSecret found(std::string_view token) {
  return {credentials::SecretOrError(base::Secret(std::string(token))), {}};
}

// Credentials whose file is on a disk that answers when the test says so.
struct SlowDisk {
  base::Instant at(base::Nanoseconds after) const {
    return {base::WallTime{24h * 20000} + after, base::MonoTime{1h} + after};
  }

  std::shared_ptr<const model::Plan> plan = plan_from(kOneTenant);
  base::Log log = base::Log::silent();
  std::optional<StoredSecret> answer;
  base::MonoTime asked_since{};
  credentials::Credentials credentials{*plan, log,
                                       [this](const model::SecretSource&, base::MonoTime since) {
                                         asked_since = since;
                                         return answer;
                                       }};
  const model::TenantIndex tenant{0};
  const model::TargetIndex target{0};
};

TEST_CASE_FIXTURE(SlowDisk, "a first token that is being read is awaited and no failure") {
  const auto none = credentials.token(tenant, at(0s));
  REQUIRE_FALSE(none);
  CHECK(none.error().pending);
  CHECK(credentials.next_event() > at(0s).mono);
  CHECK(credentials.next_event() < at(1s).mono);
  answer = found("a-token-of-the-file");
  const auto token = credentials.token(tenant, at(100ms));
  REQUIRE(token);
  CHECK(token->secret.reveal() == "a-token-of-the-file");
  CHECK(credentials.next_event() == base::MonoTime::max());
}

TEST_CASE_FIXTURE(SlowDisk, "a first slot takes the token that was read at the start") {
  answer = found("a-token-of-the-file");
  REQUIRE(credentials.token(tenant, at(30s)));
  CHECK(asked_since == base::MonoTime::min());
  CHECK(credentials.token(tenant, at(60s)));
  CHECK(asked_since == at(59s).mono);
}

TEST_CASE_FIXTURE(SlowDisk, "a file that never answers is named, and the token in use stays") {
  CHECK_FALSE(credentials.token(tenant, at(0s)));
  const auto none = credentials.token(tenant, at(credentials::kStoredReadMax));
  REQUIRE_FALSE(none);
  CHECK_FALSE(none.error().pending);
  CHECK(none.error().why == "the file /run/secrets/token does not answer, as on a dead mount");
  answer = found("a-token-of-the-file");
  CHECK(credentials.token(tenant, at(10s)));
  answer.reset();
  CHECK(credentials.token(tenant, at(20s)));
  CHECK(credentials.token(tenant, at(40s)));
  CHECK(credentials.facts(tenant).read_errors == 2);
}

TEST_CASE_FIXTURE(SlowDisk, "a refused token is judged after a read that began later") {
  answer = found("the-old-token");
  const auto old = credentials.token(tenant, at(0s));
  REQUIRE(old);
  answer.reset();
  CHECK(credentials.rejected(target, *old, at(5s)) == credentials::Rejection::pending);
  CHECK(asked_since == at(5s).mono);
  CHECK(credentials.is_settling(tenant, at(5s)));
  SUBCASE("with another token in the file") {
    answer = found("the-new-token");
    const auto next = credentials.token(tenant, at(5s + 20ms));
    REQUIRE(next);
    CHECK(next->number != old->number);
    CHECK_FALSE(credentials.is_settling(tenant, at(5s + 20ms)));
  }
  SUBCASE("with the same one") {
    answer = found("the-old-token");
    CHECK(credentials.token(tenant, at(5s + 20ms))->number == old->number);
    CHECK_FALSE(credentials.is_settling(tenant, at(5s + 20ms)));
  }
  SUBCASE("with a disk that has died meanwhile") {
    CHECK(credentials.token(tenant, at(8s))->number == old->number);
    CHECK_FALSE(credentials.is_settling(tenant, at(8s)));
  }
}

TEST_CASE("a thread reads files for those who must not wait, and refuses what is no file") {
  const auto folder =
      std::filesystem::temp_directory_path() /
      ("reinfer-reads-" + base::Random(base::Random::seed_from_kernel()).next_uuid());
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "token") << "a-token-of-the-file\n";
  REQUIRE(mkfifo((folder / "fifo").c_str(), 0600) == 0);
  credentials::StoredReads reads;
  const auto read = [&](const char* name, base::MonoTime since) {
    for (;;) {
      auto result = reads.read({model::SecretSource::Kind::file, (folder / name).string()}, since);
      if (result) return *result;
      std::this_thread::yield();
    }
  };
  const base::MonoTime before = base::mono_now();
  // Nobody reads yet.
  CHECK_FALSE(reads.read({model::SecretSource::Kind::file, (folder / "token").string()}, before));
  reads.start();
  CHECK(read("token", before).secret->reveal() == "a-token-of-the-file");
  CHECK(read("fifo", before).secret.error() ==
        (folder / "fifo").string() + " cannot be read: is not a regular file");
  std::ofstream(folder / "token") << "another-token\n";
  CHECK(read("token", base::mono_now()).secret->reveal() == "another-token");
  reads.stop();
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace reinfer::tests::stored_reads_test
