#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "tests/sim/virtual_clock.h"

namespace reinfer::tests {

namespace {

std::uint64_t seed_of_environment() {
  const char* given = std::getenv("SIM_SEED");  // NOLINT(concurrency-mt-unsafe)
  return given == nullptr ? 1 : std::strtoull(given, nullptr, 10);
}

std::uint64_t& seed_in_use() {
  static std::uint64_t seed = seed_of_environment();
  return seed;
}

}  // namespace

std::uint64_t sim_seed() {
  return seed_in_use();
}

void set_sim_seed(std::uint64_t seed) {
  seed_in_use() = seed;
}

namespace {

// Prints the seed with every test that fails or crashes.
class SeedListener final : public doctest::IReporter {
 public:
  explicit SeedListener(const doctest::ContextOptions& options) : out_(*options.cout) {}

  void test_case_exception(const doctest::TestCaseException& exception) override {
    out_ << "SIM_SEED=" << sim_seed() << ": " << exception.error_string << '\n';
  }
  void test_case_end(const doctest::CurrentTestCaseStats& stats) override {
    if (stats.failure_flags != 0) out_ << "SIM_SEED=" << sim_seed() << " repeats this failure\n";
  }

  void report_query(const doctest::QueryData&) override {}
  void test_run_start() override {}
  void test_run_end(const doctest::TestRunStats&) override {}
  void test_case_start(const doctest::TestCaseData&) override {
    set_sim_seed(seed_of_environment());
  }
  void test_case_reenter(const doctest::TestCaseData&) override {}
  void subcase_start(const doctest::SubcaseSignature&) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData&) override {}
  void log_message(const doctest::MessageData&) override {}
  void test_case_skipped(const doctest::TestCaseData&) override {}

 private:
  std::ostream& out_;
};

REGISTER_LISTENER("sim_seed", 1, SeedListener);

}  // namespace
}  // namespace reinfer::tests
