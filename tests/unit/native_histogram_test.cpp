#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "base/uuid.h"
#include "record/latency_histogram.h"

namespace reinfer::tests::native_histogram_test {
namespace {

using namespace std::chrono_literals;

double end_of(int index, int schema) {
  return std::exp2(index * std::exp2(-schema));
}

std::uint64_t sum_of(const record::NativeHistogram& histogram) {
  std::uint64_t sum = histogram.zero_count();
  for (const auto& bucket : histogram.buckets())
    sum += bucket.count;
  return sum;
}

TEST_CASE("a value lies in the bucket that begins below it and ends at or above it") {
  for (const double value : {1e-6, 0.0001, 0.001, 0.25, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 30.0, 1e9}) {
    record::NativeHistogram histogram;
    histogram.observe(value);
    REQUIRE(histogram.buckets().size() == 1);
    const int index = histogram.buckets()[0].index;
    CAPTURE(value);
    CHECK(end_of(index - 1, 3) < value);
    CHECK(end_of(index, 3) >= value * (1 - 1e-15));
  }
}

TEST_CASE("powers of two are ends of buckets, and belong below them") {
  for (int exponent = -19; exponent < 20; ++exponent) {
    record::NativeHistogram histogram;
    histogram.observe(std::ldexp(1.0, exponent));
    CHECK(histogram.buckets()[0].index == exponent * 8);
  }
}

TEST_CASE("what is not above the threshold is counted as zero") {
  record::NativeHistogram histogram;
  for (const double value : {0.0, 1e-9, record::NativeHistogram::kZeroThreshold})
    histogram.observe(value);
  CHECK(histogram.zero_count() == 3);
  CHECK(histogram.buckets().empty());
  histogram.observe(std::nextafter(record::NativeHistogram::kZeroThreshold, 1.0));
  CHECK(histogram.buckets().size() == 1);
}

TEST_CASE("more buckets than allowed become half as many, and none of the counts is lost") {
  record::NativeHistogram fine;
  std::uint64_t observed = 0;
  for (double value = 1e-5; value < 1e5; value *= 1.03, ++observed)
    fine.observe(value);
  CHECK(fine.schema() == 2);
  CHECK(fine.buckets().size() <= record::NativeHistogram::kBucketsMax);
  CHECK(sum_of(fine) == observed);
  CHECK(std::is_sorted(fine.buckets().begin(), fine.buckets().end(),
                       [](const auto& a, const auto& b) { return a.index < b.index; }));
}

TEST_CASE("every number there is fits") {
  record::NativeHistogram histogram;
  std::uint64_t observed = 0;
  for (int exponent = -300; exponent < 1023; ++exponent, ++observed)
    histogram.observe(std::ldexp(1.1, exponent));
  CHECK(histogram.buckets().size() <= record::NativeHistogram::kBucketsMax);
  CHECK(sum_of(histogram) == observed);
}

TEST_CASE("values seen before and after widening lie in the same buckets") {
  base::Random random(7);
  record::NativeHistogram early;
  record::NativeHistogram late;
  std::vector<double> values;
  for (int i = 0; i < 1000; ++i)
    values.push_back(std::exp2(random.next_unit() * 40 - 15));
  for (const double value : values)
    early.observe(value);
  // The widest first: what follows is counted at the coarser schema at once.
  std::sort(values.begin(), values.end(), std::greater<>());
  for (const double value : values)
    late.observe(value);
  CHECK(early.schema() < 3);
  CHECK(early == late);
}

TEST_CASE("each classic bucket keeps its latest exemplar") {
  record::LatencyHistogram histogram({0.1, 1}, base::WallTime{5s});
  record::Exemplar exemplar;
  exemplar.request_id = *base::parse_uuid("01234567-89ab-4cde-8f01-23456789abcd");
  histogram.observe(0.05, exemplar);
  exemplar.at = base::WallTime{7s};
  histogram.observe(0.07, exemplar);
  histogram.observe(0.08);
  REQUIRE(histogram.exemplar(0) != nullptr);
  CHECK(histogram.exemplar(0)->value == 0.07);
  CHECK(histogram.exemplar(0)->at == base::WallTime{7s});
  CHECK(histogram.exemplar(1) == nullptr);
  CHECK(histogram.count() == 3);
}

TEST_CASE("a UUID reads back, and nothing else is one") {
  const std::string_view text = "01234567-89ab-4cde-8f01-23456789abcd";
  CHECK(std::string_view(base::to_text(base::parse_uuid(text).value())) == text);
  CHECK(base::parse_uuid("01234567-89AB-4CDE-8F01-23456789ABCD") == base::parse_uuid(text));
  for (const std::string_view bad :
       {"", "undefined", "0123456789ab4cde8f0123456789abcd", "01234567-89ab-4cde-8f01-23456789abc",
        "01234567-89ab-4cde-8f01-23456789abcde", "g1234567-89ab-4cde-8f01-23456789abcd",
        "01234567+89ab-4cde-8f01-23456789abcd", "+1234567-89ab-4cde-8f01-23456789abcd",
        "01234567-89ab-4cde-8f01-23456789ab d"})
    CHECK_FALSE(base::parse_uuid(bad).has_value());
}

}  // namespace
}  // namespace reinfer::tests::native_histogram_test
