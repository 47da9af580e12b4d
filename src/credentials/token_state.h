// The state of one token source: the current token, the API's answers to it, and the fetch or
// command in progress. Used by credentials.cpp alone; credentials.h has the contract of each call.
// Owned by one probe thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "credentials/credentials.h"

namespace reinfer::credentials {

class Credentials::Source {
 public:
  // `tokens_seen` numbers the tokens of all sources and outlives this one.
  Source(model::TokenSource source, std::uint64_t& tokens_seen, const base::Log& log);

  const model::TokenSource& source() const { return source_; }
  // The environment of a token_command.
  void set_environment(std::vector<std::string> environment);

  void refresh(base::Instant now);
  tl::expected<Token, NoToken> token(base::Instant now);
  Rejection rejected(std::uint64_t number, base::Instant now);
  void accepted(std::uint64_t number);
  bool is_rejected() const { return token_.number != 0 && token_.number == rejected_number_; }
  bool is_settling(base::Instant now) const;
  std::optional<model::Request> take_fetch(base::Instant now);
  void fetched(const model::Exchange& exchange, base::Instant now);
  base::MonoTime next_event() const;
  model::TokenFacts facts() const { return facts_; }

 private:
  void refresh_stored(base::Instant now);
  void refresh_command(base::Instant now);
  void poll_command(base::Instant now);
  void take(SecretOrError secret, std::optional<base::Nanoseconds> lifetime, base::Instant now);
  void plan_retry(int times_in_vain, base::Instant now);

  // Constant after construction.
  const model::TokenSource source_;
  const base::Log& log_;

  // Owned by the probe thread.
  std::uint64_t& tokens_seen_;
  std::vector<std::string> environment_;
  Token token_;  // number 0: none
  std::string problem_;
  std::uint64_t rejected_number_ = 0;
  std::optional<base::MonoTime> expires_at_;       // OAuth
  std::optional<base::MonoTime> read_at_;          // stored sources: when last read
  std::optional<base::MonoTime> refresh_at_;       // command, OAuth: when to get the next one
  std::optional<base::MonoTime> poll_command_at_;  // command: when to poll the running one
  std::unique_ptr<CommandRun> command_;            // running
  bool fetch_in_flight_ = false;
  int failures_in_a_row_ = 0;    // of reading, running or fetching
  int rejections_in_a_row_ = 0;  // of different tokens
  bool warned_of_storage_ = false;
  model::TokenFacts facts_;
};

}  // namespace reinfer::credentials
