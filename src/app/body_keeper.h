// A transport that keeps the body of the reply that came last, which the judge throws away. Used by
// `reinfer_exporter discover`, whose requests are sent one after the other. Owned by one thread.
#pragma once

#include <string>
#include <vector>

#include "transport/transport.h"

namespace reinfer::app {

class BodyKeeper : public transport::Transport {
 public:
  explicit BodyKeeper(transport::Transport& below) : below_(below) {}

  void start(transport::ProbeId id, model::Request request) override {
    body_.clear();
    below_.start(id, std::move(request));
  }
  std::vector<transport::Completion> poll(base::MonoTime until) override {
    std::vector<transport::Completion> completions = below_.poll(until);
    for (const transport::Completion& completion : completions)
      body_ = completion.exchange.body;
    return completions;
  }
  void wake() override { below_.wake(); }
  base::Nanoseconds waited() const override { return below_.waited(); }

  // Of the exchange that ended last; empty while one is under way.
  const std::string& body() const { return body_; }

 private:
  transport::Transport& below_;
  std::string body_;
};

}  // namespace reinfer::app
