// Any transport, with a record of what came of each exchange: how the benchmark sees every single
// probe of the real loop, where the product itself only keeps sums. Owned by one probe thread.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "samples.h"
#include "transport/transport.h"

namespace reinfer::bench {

class RecordingTransport final : public transport::Transport {
 public:
  explicit RecordingTransport(std::unique_ptr<transport::Transport> real);

  void start(transport::ProbeId id, model::Request request) override;
  std::vector<transport::Completion> poll(base::MonoTime until) override;
  void wake() override { real_->wake(); }
  base::Nanoseconds waited() const override { return real_->waited(); }

  const std::vector<Sample>& samples() const { return samples_; }
  std::uint64_t failures() const { return failures_; }

 private:
  void note(const transport::Completion& completion);

  const std::unique_ptr<transport::Transport> real_;
  std::unordered_map<std::uint64_t, std::string> request_ids_;
  std::vector<Sample> samples_;
  std::uint64_t failures_ = 0;
};

}  // namespace reinfer::bench
