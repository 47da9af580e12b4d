#include "base/token_bucket.h"

#include <doctest/doctest.h>

namespace reinfer::tests::token_bucket_test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a token bucket is full at first, then gains a token an interval") {
  base::TokenBucket bucket(3, 10s);
  const base::MonoTime start{1h};
  for (int i = 0; i < 3; ++i)
    CHECK_FALSE(bucket.take(start));
  CHECK(bucket.take(start) == 10s);
  CHECK(bucket.take(start + 4s) == 6s);
  CHECK_FALSE(bucket.take(start + 10s));
  CHECK(bucket.take(start + 10s) == 10s);
}

TEST_CASE("a token bucket saves up no more than it holds") {
  base::TokenBucket bucket(2, 1s);
  const base::MonoTime start{1h};
  CHECK_FALSE(bucket.take(start));
  for (int i = 0; i < 2; ++i)
    CHECK_FALSE(bucket.take(start + 24h));
  CHECK(bucket.take(start + 24h) == 1s);
}

TEST_CASE("a token bucket gains nothing when time is read in another order") {
  base::TokenBucket bucket(1, 1s);
  const base::MonoTime start{1h};
  CHECK_FALSE(bucket.take(start));
  CHECK(bucket.take(start - 1min));
  CHECK(bucket.take(start));
  CHECK_FALSE(bucket.take(start + 1s));
}

}  // namespace
}  // namespace reinfer::tests::token_bucket_test
