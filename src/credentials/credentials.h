// The tokens of all tenants and what has become of them. The prober asks for a token before each
// request and tells what the API thought of it; this room re-reads, re-runs or re-fetches sources
// when it is time, and never waits itself: a fetch is a Request that the prober sends. Tenants with
// equal sources share one state. Owned by one probe thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "credentials/command.h"
#include "credentials/oauth.h"
#include "credentials/token_text.h"
#include "model/plan.h"
#include "model/token_facts.h"

namespace reinfer {

// A token and its number: two tokens are the same exactly if their numbers are.
struct Token {
  Secret secret;
  std::uint64_t number = 0;
};

// Why there is no token to send.
struct NoToken {
  bool pending = false;  // a first one is on its way
  std::string why;
};

// What happens after the API rejected a token.
enum class Rejection : std::uint8_t {
  replaced,   // another token is at hand: ask for it
  pending,    // another one is being fetched: ask again later
  unchanged,  // there is no other: the rejection stands
};

enum class SourceIndex : std::uint32_t {};

// A request for a token that is to be sent now; its end belongs into fetched().
struct TokenFetch {
  SourceIndex source{};
  Request request;
};

class Credentials {
 public:
  Credentials(const Plan& plan, const Log& log);
  ~Credentials();

  // Has the tenant's source looked at again if it is time.
  void refresh(TenantIndex tenant, Instant now);
  tl::expected<Token, NoToken> token(TenantIndex tenant, Instant now);

  // The API answered 401 to the token of that number.
  Rejection rejected(TenantIndex tenant, std::uint64_t number, Instant now);
  // The API answered anything else than 401 by itself, so it took the token of that number.
  void accepted(TenantIndex tenant, std::uint64_t number);
  // Whether a replacement is still being fetched, so that a rejection is not final yet.
  bool is_settling(TenantIndex tenant, Instant now) const;
  // Whether the token at hand is one that the API has rejected.
  bool is_rejected(TenantIndex tenant) const;

  // A fetch that is due, at most one in flight for each source.
  std::optional<TokenFetch> take_fetch(Instant now);
  void fetched(SourceIndex source, const Exchange& exchange, Instant now);

  // When to ask take_fetch() or token() again even if no probe is due; MonoTime::max() if never.
  MonoTime next_event() const;

  TokenFacts facts(TenantIndex tenant) const;

 private:
  class Source;
  Source& source_of(TenantIndex tenant);
  const Source& source_of(TenantIndex tenant) const;

  std::vector<std::unique_ptr<Source>> sources_;
  std::vector<std::size_t> source_of_tenant_;
};

// Reads a source once, now, waiting as long as it takes a command to end; for checking a
// configuration before anything is started. OAuth is only checked for its client secret. In words
// what is wrong.
std::optional<std::string> inspect_token(const TokenSource& source);

}  // namespace reinfer
