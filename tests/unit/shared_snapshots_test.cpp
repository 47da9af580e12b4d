#include <doctest/doctest.h>

#include <vector>

#include "record/shared_snapshots.h"

namespace reinfer::tests::shared_snapshots_test {
namespace {

using namespace std::chrono_literals;
using Readers = std::vector<std::shared_ptr<const record::Snapshot>>;

struct Taken {
  std::shared_ptr<const record::Snapshot> get(base::MonoTime now) {
    return snapshots.get(now, [this] {
      ++taken;
      return record::Snapshot{};
    });
  }

  record::SharedSnapshots snapshots;
  int taken = 0;
};

constexpr base::MonoTime kNow{1h};
constexpr int kAlone = static_cast<int>(record::SharedSnapshots::kReadersAlone);

TEST_CASE("a few readers have a snapshot each, a crowd shares the newest") {
  Taken taken;
  Readers readers;
  for (int i = 0; i < kAlone; ++i)
    readers.push_back(taken.get(kNow));
  CHECK(taken.taken == kAlone);
  for (int i = 0; i < 100; ++i)
    readers.push_back(taken.get(kNow));
  CHECK(taken.taken == kAlone);
  CHECK(readers.back() == readers.at(kAlone - 1));
}

TEST_CASE("a snapshot that is too old is shared by no newcomer") {
  Taken taken;
  Readers readers;
  for (int i = 0; i < kAlone; ++i)
    readers.push_back(taken.get(kNow));
  const auto age_max = record::SharedSnapshots::kAgeMax;
  readers.push_back(taken.get(kNow + age_max - 1ns));
  CHECK(taken.taken == kAlone);
  readers.push_back(taken.get(kNow + age_max));
  CHECK(taken.taken == kAlone + 1);
}

TEST_CASE("a snapshot that nobody reads is gone") {
  Taken taken;
  const std::weak_ptr<const record::Snapshot> first = taken.get(kNow);
  CHECK(first.expired());
  for (int i = 0; i < 100; ++i)
    taken.get(kNow);
  CHECK(taken.taken == 101);
}

}  // namespace
}  // namespace reinfer::tests::shared_snapshots_test
