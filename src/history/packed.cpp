#include "history/packed.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "history/packed_bytes.h"

namespace reinfer::history {
namespace {

constexpr std::uint32_t kSlicesOfDay = kDay / kSlice;
constexpr std::uint32_t kQuartersOfDay = kDay / kQuarter;
constexpr std::uint64_t kIntervalMaxMs = 1'000'000'000;

// The place in this list is the number that is written: nothing is ever taken away or moved, new
// ones come at the end.
constexpr std::array<std::string_view, 37> kCounters = {"availability+",
                                                        "availability-",
                                                        "availability~",
                                                        "latency+",
                                                        "latency-",
                                                        "latency~",
                                                        "ok",
                                                        "server_error",
                                                        "protocol_error",
                                                        "conflict",
                                                        "response_timeout",
                                                        "gateway_error",
                                                        "gateway_not_found",
                                                        "edge_blocked",
                                                        "redirected",
                                                        "not_the_api",
                                                        "dns_error",
                                                        "connect_error",
                                                        "connect_timeout",
                                                        "tls_error",
                                                        "connection_lost",
                                                        "bad_body",
                                                        "unauthorized",
                                                        "forbidden",
                                                        "throttled",
                                                        "bad_request",
                                                        "not_found",
                                                        "response_too_large",
                                                        "token_unavailable",
                                                        "proxy_error",
                                                        "monitor_error",
                                                        "skipped:overlap",
                                                        "skipped:limit",
                                                        "skipped:throttled",
                                                        "skipped:credentials",
                                                        "skipped:budget",
                                                        "skipped:stall"};
static_assert(kCounters.size() ==
              3 * model::kObjectiveCount + model::kOutcomeCount + model::kSkipReasonCount);

// What was counted, by the number of the counter, rising, without zeros.
using Numbers = std::vector<std::pair<std::uint32_t, std::uint64_t>>;

void put_numbers(std::string& bytes, const Numbers& numbers) {
  put(bytes, numbers.size());
  for (const auto& [counter, count] : numbers) {
    put(bytes, counter);
    put(bytes, count);
  }
}

std::optional<std::vector<Numbers>> read_values(Bytes& bytes, std::uint32_t stretches) {
  const std::uint64_t count = bytes.next();
  if (count > stretches) return std::nullopt;
  std::vector<Numbers> values(count);
  for (Numbers& numbers : values) {
    std::uint64_t left = bytes.next();
    for (std::int64_t before = -1; left > 0 && !bytes.broken(); --left) {
      const std::uint64_t counter = bytes.next();
      if (counter > UINT16_MAX || static_cast<std::int64_t>(counter) <= before) return std::nullopt;
      before = static_cast<std::int64_t>(counter);
      numbers.emplace_back(static_cast<std::uint32_t>(counter), bytes.next());
    }
  }
  return values;
}

// Calls `visit` with each counter of a slice, in the order of this program's enumerators.
template <typename Counts, typename Visit>
void each_counter(Counts& counts, Visit visit) {
  for (auto& objective : counts.objectives) {
    visit(objective.good);
    visit(objective.bad);
    visit(objective.egress);
  }
  for (auto& count : counts.results)
    visit(count);
  for (auto& count : counts.skipped)
    visit(count);
}

// The written number of each of them.
const std::array<std::uint32_t, kCounters.size()>& counter_numbers() {
  static const auto kNumbers = [] {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < model::kObjectiveCount; ++i)
      for (const char sign : {'+', '-', '~'})
        names.push_back(std::string(to_label(static_cast<model::Objective>(i))) + sign);
    for (const model::Outcome outcome : model::all_outcomes())
      names.emplace_back(to_label(outcome));
    for (std::size_t i = 0; i < model::kSkipReasonCount; ++i)
      names.push_back("skipped:" + std::string(to_label(static_cast<model::SkipReason>(i))));
    std::array<std::uint32_t, kCounters.size()> numbers{};
    for (std::size_t i = 0; i < names.size(); ++i)
      numbers.at(i) = static_cast<std::uint32_t>(
          std::find(kCounters.begin(), kCounters.end(), names[i]) - kCounters.begin());
    return numbers;
  }();
  return kNumbers;
}

Numbers numbers_of(const SliceCounts& counts) {
  Numbers numbers;
  auto number = counter_numbers().begin();
  each_counter(counts, [&](std::uint64_t count) {
    if (count > 0) numbers.emplace_back(*number, count);
    ++number;
  });
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

SliceCounts slice_of(const Numbers& numbers) {
  SliceCounts counts;
  auto number = counter_numbers().begin();
  each_counter(counts, [&](std::uint64_t& count) {
    const auto found =
        std::lower_bound(numbers.begin(), numbers.end(), Numbers::value_type{*number, 0});
    if (found != numbers.end() && found->first == *number) count = found->second;
    ++number;
  });
  return counts;
}

// Numbers 0 to 10, in the order of the table `availability`.
template <typename Sum, typename Visit>
void each_sum(Sum& sum, Visit visit) {
  for (auto* count : {&sum.good, &sum.bad, &sum.excluded, &sum.missed})
    visit(*count);
  for (const model::Fault fault : kFailingFaults)
    visit(sum.faults[static_cast<std::size_t>(fault)]);
}

Numbers numbers_of(const Availability& sum) {
  Numbers numbers;
  std::uint32_t number = 0;
  const auto note = [&](std::uint64_t count) {
    if (count > 0) numbers.emplace_back(number, count);
    ++number;
  };
  each_sum(sum, note);
  note(static_cast<std::uint64_t>(sum.interval / std::chrono::milliseconds(1)));
  return numbers;
}

Availability quarter_of(const Numbers& numbers) {
  Availability sum;
  auto at = numbers.begin();
  std::uint32_t number = 0;
  const auto take = [&](std::uint64_t& count) {
    if (at != numbers.end() && at->first == number) count = (at++)->second;
    ++number;
  };
  each_sum(sum, take);
  std::uint64_t interval_ms = 0;
  take(interval_ms);
  // A broken one must not overflow.
  sum.interval =
      std::chrono::milliseconds(static_cast<std::int64_t>(std::min(interval_ms, kIntervalMaxMs)));
  return sum;
}

// Stretches that follow each other and have counted the same are one run. Those of today are packed
// again every few minutes, so each run is looked into once, and not each of its stretches.
template <typename Day>
std::string runs_of(const Day& day) {
  std::map<Numbers, std::uint64_t> known;  // 0 is nothing counted
  std::string values;
  std::string runs;
  std::uint64_t run_count = 0;
  const auto put_run = [&](std::uint64_t value, std::uint64_t length) {
    put(runs, value);
    put(runs, length);
    ++run_count;
  };
  std::uint32_t written = 0;  // stretches
  for (auto at = day.begin(); at != day.end();) {
    const auto& [begin, counts] = *at;
    std::uint32_t end = begin;
    for (; at != day.end() && at->first == end && at->second == counts; ++at)
      ++end;
    const Numbers numbers = numbers_of(counts);
    if (numbers.empty()) continue;
    const auto [value, is_new] = known.emplace(numbers, known.size() + 1);
    if (is_new) put_numbers(values, numbers);
    if (begin > written) put_run(0, begin - written);
    put_run(value->second, end - begin);
    written = end;
  }
  std::string bytes;
  put(bytes, known.size());
  bytes += values;
  put(bytes, run_count);
  return bytes + runs;
}

template <typename Day, typename Read>
std::optional<Day> from_runs(std::string_view body, std::uint32_t stretches, Read read) {
  Bytes bytes(body);
  const auto values = read_values(bytes, stretches);
  if (!values) return std::nullopt;
  std::vector<typename Day::mapped_type> counts;
  for (const Numbers& numbers : *values)
    counts.push_back(read(numbers));
  Day day;
  std::uint64_t next = 0;
  for (std::uint64_t left = bytes.next(); left > 0 && !bytes.broken(); --left) {
    const std::uint64_t value = bytes.next();
    const std::uint64_t length = bytes.next();
    if (value > counts.size() || length == 0 || length > stretches - next) return std::nullopt;
    for (std::uint64_t i = 0; i < length && value > 0; ++i)
      day.emplace_hint(day.end(), static_cast<std::uint32_t>(next + i), counts[value - 1]);
    next += length;
  }
  if (bytes.broken() || !bytes.over()) return std::nullopt;
  return day;
}

template <typename Day, typename Read>
std::optional<Day> counts_from(std::string_view bytes, std::uint32_t stretches, Read read) {
  if (bytes.empty()) return Day{};
  const auto body = body_of(bytes);
  if (!body) return std::nullopt;
  return from_runs<Day>(*body, stretches, read);
}

}  // namespace

std::string to_packed(const SlicesOfDay& day, Packing packing) {
  return with_form(runs_of(day), packing);
}

std::string to_packed(const QuartersOfDay& day, Packing packing) {
  return with_form(runs_of(day), packing);
}

std::optional<SlicesOfDay> slices_from_packed(std::string_view bytes) {
  return counts_from<SlicesOfDay>(bytes, kSlicesOfDay, slice_of);
}

std::optional<QuartersOfDay> quarters_from_packed(std::string_view bytes) {
  return counts_from<QuartersOfDay>(bytes, kQuartersOfDay, quarter_of);
}

}  // namespace reinfer::history
