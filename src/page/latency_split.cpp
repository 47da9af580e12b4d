#include "page/latency_split.h"

#include <fmt/format.h>

#include "base/duration.h"
#include "model/figures.h"

namespace reinfer::page {

bool is_too_slow(const record::RecentSample& sample,
                 const std::optional<model::LatencyObjective>& objective) {
  return objective && sample.outcome == model::Outcome::ok &&
         sample.total != record::RecentSample::kAbsent &&
         std::chrono::microseconds(sample.total) > objective->threshold;
}

double measured(std::uint32_t microseconds) {
  return microseconds == record::RecentSample::kAbsent ? 0 : microseconds;
}

LatencySplit split_of(const record::RecentSample& sample) {
  LatencySplit split;
  split.resolve = measured(sample.resolve);
  split.connect = measured(sample.connect);
  split.tls = measured(sample.tls);
  split.receive = measured(sample.receive);
  split.send = measured(sample.send);
  if (sample.server == record::RecentSample::kAbsent) {
    split.unsplit = measured(sample.wait);
  } else if (sample.wait != record::RecentSample::kAbsent) {
    const model::WaitShares shares = model::shares_of_wait(
        std::chrono::microseconds(sample.wait), std::chrono::microseconds(sample.server));
    split.server = static_cast<double>(shares.server / std::chrono::microseconds(1));
    split.path = static_cast<double>(shares.path / std::chrono::microseconds(1));
  }
  split.samples = 1;
  return split;
}

LatencySplit mean_split(const std::vector<record::RecentSample>& samples) {
  LatencySplit mean;
  for (const record::RecentSample& sample : samples) {
    if (sample.outcome != model::Outcome::ok) continue;
    const LatencySplit one = split_of(sample);
    for (const SplitPart& part : kSplitParts)
      mean.*part.time += one.*part.time;
    ++mean.samples;
  }
  if (mean.samples > 0)
    for (const SplitPart& part : kSplitParts)
      mean.*part.time /= static_cast<double>(mean.samples);
  return mean;
}

std::string describe_microseconds(double count) {
  return base::describe_duration(base::Nanoseconds(static_cast<std::int64_t>(count * 1000)));
}

std::string describe_split(const LatencySplit& split) {
  std::string text;
  for (const SplitPart& part : kSplitParts) {
    if (split.*part.time <= 0) continue;
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {}", part.name, describe_microseconds(split.*part.time));
  }
  return text.empty() ? "nothing measured" : text;
}

}  // namespace reinfer::page
