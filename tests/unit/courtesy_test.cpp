#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/random.h"
#include "probe/admission.h"
#include "probe/retry_after.h"
#include "record/evidence.h"
#include "record/ledger.h"
#include "tests/unit/logged.h"
#include "tests/unit/plans.h"

namespace reinfer::tests::courtesy_test {
namespace {

using namespace std::chrono_literals;

// Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110.
const base::WallTime kNow{784111777s};

TEST_CASE("Retry-After is read as seconds or as a date, and bounded") {
  struct Row {
    std::string_view value;
    std::optional<base::Nanoseconds> expected;
  };
  const Row rows[] = {
      {"120", 120s},
      {" 5 ", 5s},
      {"0", 0s},
      {"86400", probe::kRetryAfterMax},
      {"99999999999999999999", probe::kRetryAfterMax},
      {"Sun, 06 Nov 1994 08:50:37 GMT", 60s},
      {"Sun, 06 Nov 1994 08:00:00 GMT", 0s},
      {"Sun, 06 Nov 2094 08:49:37 GMT", probe::kRetryAfterMax},
      {"Fri, 31 Dec 9999 23:59:59 GMT", probe::kRetryAfterMax},
      {"-5", std::nullopt},
      {"-0", std::nullopt},
      {"+5", std::nullopt},
      {"1.5", std::nullopt},
      {"soon", std::nullopt},
      {"", std::nullopt},
      {"12s", std::nullopt},
      {"Sunday, 06-Nov-94 08:50:37 GMT", 60s},
      {"Sun Nov  6 08:50:37 1994", 60s},
      {"19941106", probe::kRetryAfterMax},
      {"Sun, 06 Nov 1994", std::nullopt},
  };
  for (const Row& row : rows) {
    CAPTURE(row.value);
    CHECK(probe::parse_retry_after({{"retry-after", std::string(row.value)}}, kNow) ==
          row.expected);
  }
  CHECK_FALSE(probe::parse_retry_after({}, kNow).has_value());
}

TEST_CASE("a date counts from the sender's clock where it shows one") {
  const std::vector<model::Header> headers = {{"Date", "Sun, 06 Nov 1994 10:00:00 GMT"},
                                              {"Retry-After", "Sun, 06 Nov 1994 10:00:30 GMT"}};
  CHECK(probe::parse_retry_after(headers, kNow) == 30s);
}

constexpr std::string_view kPaid = R"(
[[tenant]]
name = "acme"
base_url = "https://reinfer.io"
token_env = "T"
[[tenant.probe]]
use = "predict"
project = "demo"
dataset = "support"
model_version = 7
interval = "5m"
accept_cost = true
)";

// A folder for the state file, gone with the test.
struct StateFolder {
  StateFolder() { std::filesystem::create_directories(path); }
  ~StateFolder() {
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    std::filesystem::remove_all(path);
  }
  std::string file() const { return (path / "paid.json").string(); }

  const std::filesystem::path path =
      std::filesystem::temp_directory_path() /
      ("reinfer-paid-" + base::Random(base::Random::seed_from_kernel()).next_uuid());
};

std::string text_of(const std::string& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

constexpr base::WallTime kDay{24h * 20000};

TEST_CASE("the count of paid probes survives a restart") {
  const StateFolder folder;
  const auto plan = plan_from(kPaid);
  const base::Log log = base::Log::silent();
  const model::Tenant& tenant = plan->tenants()[0];
  {
    probe::PaidBudget budget(folder.file(), log);
    for (std::size_t i = 0; i < model::kPaidProbesPerDay; ++i) {
      CHECK(budget.may_spend(tenant, kDay));
      budget.spend(tenant, kDay);
    }
    CHECK_FALSE(budget.may_spend(tenant, kDay + 1h));
  }
  probe::PaidBudget restarted(folder.file(), log);
  CHECK_FALSE(restarted.may_spend(tenant, kDay + 2h));
  CHECK(restarted.may_spend(tenant, kDay + 24h));
}

TEST_CASE("what is left of a day's paid probes is left after a restart too") {
  const StateFolder folder;
  const auto plan = plan_from(kPaid);
  const base::Log log = base::Log::silent();
  const model::Tenant& tenant = plan->tenants()[0];
  {
    probe::PaidBudget budget(folder.file(), log);
    REQUIRE(budget.may_spend(tenant, kDay));
    budget.spend(tenant, kDay);
  }
  probe::PaidBudget restarted(folder.file(), log);
  std::size_t spent = 0;
  for (; restarted.may_spend(tenant, kDay + 1h); ++spent)
    restarted.spend(tenant, kDay + 1h);
  CHECK(spent == model::kPaidProbesPerDay - 1);
}

TEST_CASE("a clock set back by a day grants nothing again, one set back by more was wrong before") {
  const auto plan = plan_from(kPaid);
  const base::Log log = base::Log::silent();
  const model::Tenant& tenant = plan->tenants()[0];
  probe::PaidBudget budget("", log);
  for (std::size_t i = 0; i < model::kPaidProbesPerDay; ++i)
    budget.spend(tenant, kDay);
  CHECK_FALSE(budget.may_spend(tenant, kDay));
  CHECK_FALSE(budget.may_spend(tenant, kDay - 24h));
  CHECK_FALSE(budget.may_spend(tenant, kDay + 24h - 1ns));
  CHECK(budget.may_spend(tenant, kDay - 24h - 1ns));
}

TEST_CASE("a paid probe is in the state file before it may be sent, and is written there once") {
  const StateFolder folder;
  const auto plan = plan_from(kPaid);
  Logged logged;
  probe::PaidBudget budget(folder.file(), logged.log());
  REQUIRE(budget.may_spend(plan->tenants()[0], kDay));
  CHECK(text_of(folder.file()) == "{\"acme\":{\"day\":20000,\"paid_probes\":1}}\n");
  std::filesystem::remove(folder.file());
  REQUIRE(budget.may_spend(plan->tenants()[0], kDay));
  budget.spend(plan->tenants()[0], kDay);
  CHECK_FALSE(std::filesystem::exists(folder.file()));
  CHECK(logged.text().empty());
}

TEST_CASE("a broken state file never counts as zero and is kept for people") {
  for (const std::string broken :
       {"{\"acme\": {\"day\": \"x\"", "[]", "", "{\"acme\":{\"day\":20000}}",
        "{\"acme\":{\"day\":20000,"
        "\"paid_probes\":-1}}"}) {
    CAPTURE(broken);
    const StateFolder folder;
    const auto plan = plan_from(kPaid);
    const base::Log log = base::Log::silent();
    std::ofstream(folder.file()) << broken;
    // Started, and never asked.
    probe::PaidBudget(folder.file(), log);
    probe::PaidBudget first(folder.file(), log);
    CHECK_FALSE(first.may_spend(plan->tenants()[0], kDay));
    CHECK_FALSE(first.may_spend(plan->tenants()[0], kDay + 23h));
    // A restart on the same day forgets nothing.
    probe::PaidBudget second(folder.file(), log);
    CHECK_FALSE(second.may_spend(plan->tenants()[0], kDay + 23h));
    CHECK(second.may_spend(plan->tenants()[0], kDay + 24h));
    CHECK(text_of(folder.file() + ".broken") == broken);
  }
}

TEST_CASE("no paid probe is sent while the state file cannot be written") {
  const StateFolder folder;
  const auto plan = plan_from(kPaid);
  const base::Log log = base::Log::silent();
  probe::PaidBudget budget(folder.file(), log);
  // A folder in the place of the draft: root may write wherever permissions forbid it.
  std::filesystem::create_directory(folder.file() + ".new");
  CHECK_FALSE(budget.may_spend(plan->tenants()[0], kDay));
  CHECK_FALSE(budget.may_spend(plan->tenants()[0], kDay));
  std::filesystem::remove(folder.file() + ".new");
  CHECK(budget.may_spend(plan->tenants()[0], kDay));
}

TEST_CASE("a paid probe sent while the state file could not be written is in the next one") {
  const StateFolder folder;
  const auto plan = plan_from(std::string(kPaid) + R"(
[[tenant]]
name = "other"
base_url = "https://other.reinfer.io"
token_env = "T"
[[tenant.probe]]
use = "projects"
)");
  const base::Log log = base::Log::silent();
  probe::PaidBudget budget(folder.file(), log);
  // Admitted before midnight and sent after it: the new day's first reservation fails.
  REQUIRE(budget.may_spend(plan->tenants()[0], kDay - 1ns));
  std::filesystem::create_directory(folder.file() + ".new");
  budget.spend(plan->tenants()[0], kDay);
  std::filesystem::remove(folder.file() + ".new");
  REQUIRE(budget.may_spend(plan->tenants()[1], kDay));
  CHECK(
      text_of(folder.file()) ==
      "{\"acme\":{\"day\":20000,\"paid_probes\":1},\"other\":{\"day\":20000,\"paid_probes\":1}}\n");
}

model::ProbeResult result_of(model::Outcome outcome, base::Nanoseconds total,
                             base::Nanoseconds at = 0ns) {
  model::ProbeResult result;
  result.outcome = outcome;
  result.phases.total = total;
  result.finished.mono = base::MonoTime{at};
  return result;
}

TEST_CASE("evidence keeps the last failures and the slowest successes of a day") {
  record::Evidence evidence;
  for (int i = 0; i < 50; ++i)
    evidence.offer(result_of(model::Outcome::tls_error, 1ms * i), true);
  for (int i = 0; i < 50; ++i)
    evidence.offer(result_of(model::Outcome::ok, 1ms * i), true);
  CHECK(evidence.failures().size() == record::kFailuresKept);
  CHECK(evidence.failures().back().phases.total == 49ms);
  REQUIRE(evidence.slowest().size() == record::kSlowestKept);
  CHECK(evidence.slowest().front().phases.total == 49ms);
  evidence.offer(result_of(model::Outcome::ok, 2ms, 25h), true);
  CHECK(evidence.slowest().size() == 1);
}

TEST_CASE("a success that was slow for our own sake is no evidence") {
  record::Evidence evidence;
  model::ProbeResult late = result_of(model::Outcome::ok, 100ms);
  late.uncertainty.total = 90ms;
  evidence.offer(late, true);
  model::ProbeResult resent = result_of(model::Outcome::ok, 100ms);
  resent.resent = true;
  evidence.offer(resent, true);
  CHECK(evidence.slowest().empty());
  // A failure is one all the same.
  late.outcome = model::Outcome::server_error;
  evidence.offer(late, true);
  CHECK(evidence.failures().size() == 1);
}

TEST_CASE("evidence that may not grow replaces its own and says what it left out") {
  record::Evidence evidence;
  using Offer = record::Evidence::Offer;
  CHECK(evidence.offer(result_of(model::Outcome::tls_error, 1ms), false) == Offer::left_out);
  CHECK(evidence.size() == 0);
  CHECK(evidence.offer(result_of(model::Outcome::tls_error, 1ms), true) == Offer::kept);
  CHECK(evidence.offer(result_of(model::Outcome::dns_error, 2ms), false) == Offer::kept);
  REQUIRE(evidence.failures().size() == 1);
  CHECK(evidence.failures().front().outcome == model::Outcome::dns_error);
}

TEST_CASE("what the history is given as evidence holds no cookies either") {
  const auto plan = plan_from(R"(
[[tenant]]
name = "acme"
base_url = "https://acme.reinfer.io"
token_env = "T"
[[tenant.probe]]
use = "projects"
)");
  const base::Instant now{base::WallTime{24h * 20000}, base::MonoTime{1h}};
  record::Ledger ledger(plan, now);
  ledger.open_journal();
  model::ProbeResult result = result_of(model::Outcome::server_error, 1ms);
  result.finished = now;
  result.response_headers = {{"Set-Cookie", "session=1"}};
  ledger.record_started(result.target, 0ns);
  ledger.record(result);
  const auto batches = ledger.take_journal();
  REQUIRE(batches.size() == 1);
  REQUIRE(batches[0].evidence.size() == 1);
  CHECK(batches[0].evidence[0].response_headers[0].value == "(not kept)");
}

TEST_CASE("evidence keeps no cookies and no endless headers") {
  record::Evidence evidence;
  model::ProbeResult result = result_of(model::Outcome::server_error, 1ms);
  result.response_headers = {{"Set-Cookie", "session=1"}, {"x", std::string(1000, 'a') + "\n"}};
  for (int i = 0; i < 100; ++i)
    result.response_headers.push_back({"y", "z"});
  evidence.offer(result, true);
  const auto& headers = evidence.failures().front().response_headers;
  CHECK(headers.size() == record::kEvidenceHeadersMax);
  CHECK(headers[0].value == "(not kept)");
  CHECK(headers[1].value.size() == record::kEvidenceHeaderBytesMax);
}

}  // namespace
}  // namespace reinfer::tests::courtesy_test
