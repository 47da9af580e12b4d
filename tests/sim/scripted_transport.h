// The network of the simulation: answers come from a script, time is played on a VirtualClock. It
// keeps the promises of Transport, deadlines included, and notes every start for the invariants.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/sim/virtual_clock.h"
#include "transport/transport.h"

namespace reinfer::tests {

// The far side's reply to one request, and its delay.
struct Answer {
  model::Exchange exchange;
  base::Nanoseconds after{};
};

struct StartNote {
  std::string url;
  std::string bearer;
  base::Instant at;
  base::MonoTime ends;
  base::Nanoseconds deadline;
};

class ScriptedTransport final : public transport::Transport {
 public:
  using Script = std::function<Answer(const model::Request& request, base::Instant now)>;

  explicit ScriptedTransport(VirtualClock& clock) : clock_(clock) {}

  void set_script(Script script) { script_ = std::move(script); }
  const std::vector<StartNote>& starts() const { return starts_; }

  void start(transport::ProbeId id, model::Request request) override;
  std::vector<transport::Completion> poll(base::MonoTime until) override;
  void wake() override { woken_ = true; }
  // All of virtual time is waiting.
  base::Nanoseconds waited() const override { return waited_; }

 private:
  VirtualClock& clock_;
  Script script_;
  std::multimap<base::MonoTime, transport::Completion> pending_;
  std::vector<StartNote> starts_;
  base::Nanoseconds waited_{0};
  bool woken_ = false;
};

}  // namespace reinfer::tests
