// The state of one token source: the current token, whether it is in doubt, and the fetch or
// command in progress. It knows no tenant: token_verdicts.h has the API's answers to each. Used by
// credentials.cpp alone; credentials.h has the contract of each call. Owned by one probe thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "credentials/credentials.h"

namespace reinfer::credentials {

// The evidence for and against a token that a tenant was refused with.
struct Doubt {
  int tokens_refused_in_a_row = 1;  // to this tenant
  bool accepted_elsewhere = false;
};

class Credentials::Source {
 public:
  // `tokens_seen` numbers the tokens of all sources. References passed outlive this object.
  Source(model::TokenSource source, std::uint64_t& tokens_seen, const ReadStored& read,
         const base::Log& log);

  const model::TokenSource& source() const { return source_; }
  // The environment of a token_command.
  void set_environment(std::vector<std::string> environment);

  void refresh(base::Instant now);
  tl::expected<Token, NoToken> token(base::Instant now);
  bool has(std::uint64_t number) const { return number == token_.number; }
  std::optional<std::uint64_t> fingerprint() const;
  // Whether the token of that number is no longer the current one. Reads a stored source again.
  bool has_replaced(std::uint64_t number, base::Instant now);
  // A tenant was refused with the current token, or accepted.
  Rejection refused(const Doubt& doubt, base::Instant now);
  void accepted();
  bool is_settling(base::Instant now) const;
  std::optional<model::Request> take_fetch(base::Instant now);
  void fetched(const model::Exchange& exchange, base::Instant now);
  base::MonoTime next_event() const;
  // take_fetch() does nothing before.
  base::MonoTime turn_at() const;
  model::TokenFacts facts() const { return facts_; }

 private:
  void refresh_stored(base::Instant now);
  std::optional<SecretOrError> take_stored(const model::SecretSource& stored, base::Instant now);
  void refresh_command(base::Instant now);
  void poll_command(base::Instant now);
  void take(SecretOrError secret, std::optional<base::Nanoseconds> lifetime, base::Instant now);
  void plan_retry(int times_in_vain, base::Instant now);

  // Constant after construction.
  const model::TokenSource source_;
  const ReadStored& read_;
  const base::Log& log_;

  // Owned by the probe thread.
  std::uint64_t& tokens_seen_;
  std::vector<std::string> environment_;
  Token token_;  // number 0: none
  std::string problem_;
  std::uint64_t doubted_number_ = 0;
  std::optional<base::MonoTime> expires_at_;  // OAuth
  std::optional<base::MonoTime> read_at_;     // stored sources: when last read
  std::optional<base::MonoTime> read_since_;  // a stored secret is being read, since then
  bool doubt_is_read_ = false;                // it is read again because of a doubt
  std::optional<base::MonoTime> refresh_at_;  // command, OAuth: when to get the next one
  std::optional<base::MonoTime> poll_at_;     // when to look at the running command, or the read
  std::unique_ptr<CommandRun> command_;       // running
  bool fetch_in_flight_ = false;
  int failures_in_a_row_ = 0;  // of reading, running or fetching
  int doubts_in_a_row_ = 0;    // about different tokens, since one was accepted
  std::optional<base::MonoTime> doubt_fetched_at_;  // when one was last fetched at once for a doubt
  // When to get the next one if the doubt proves wrong; set while refresh_at_ is sooner for it.
  std::optional<base::MonoTime> refresh_without_doubt_at_;
  bool warned_of_storage_ = false;
  model::TokenFacts facts_;
};

}  // namespace reinfer::credentials
