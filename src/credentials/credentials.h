// The tokens of all tenants and what has become of them. The prober asks for a token before each
// request and tells what the API thought of it; this room re-reads, re-runs or re-fetches sources
// when it is time, and never waits itself: a fetch is a Request that the prober sends. Tenants with
// equal sources share one state. Owned by one probe thread.
#pragma once

#include <cstdint>
#include <map>
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

namespace reinfer::credentials {

// A token and its number: two tokens are the same exactly if their numbers are. Numbers are never
// used again, so one of a source that a reload took away is nobody's.
struct Token {
  base::Secret secret;
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

// Names a source for as long as the process lives.
enum class SourceId : std::uint64_t {};

// A request for a token that is to be sent now; its end belongs into fetched().
struct TokenFetch {
  SourceId source{};
  model::Request request;
};

class Credentials {
 public:
  Credentials(const model::Plan& plan, const base::Log& log);
  ~Credentials();

  // From now on the tenants are the plan's. A source that is still used keeps its token and fate.
  void adopt(const model::Plan& plan);

  // Has the tenant's source looked at again if it is time.
  void refresh(model::TenantIndex tenant, base::Instant now);
  tl::expected<Token, NoToken> token(model::TenantIndex tenant, base::Instant now);

  // The API answered 401 to the token of that number.
  Rejection rejected(model::TenantIndex tenant, std::uint64_t number, base::Instant now);
  // The API answered anything else than 401 by itself, so it took the token of that number.
  void accepted(model::TenantIndex tenant, std::uint64_t number);
  // Whether a replacement is still being fetched, so that a rejection is not final yet.
  bool is_settling(model::TenantIndex tenant, base::Instant now) const;
  // Whether the token at hand is one that the API has rejected.
  bool is_rejected(model::TenantIndex tenant) const;

  // A fetch that is due, at most one in flight for each source.
  std::optional<TokenFetch> take_fetch(base::Instant now);
  // Does nothing if the source is gone.
  void fetched(SourceId source, const model::Exchange& exchange, base::Instant now);

  // When to ask take_fetch() or token() again even if no probe is due; MonoTime::max() if never.
  base::MonoTime next_event() const;

  model::TokenFacts facts(model::TenantIndex tenant) const;

 private:
  class Source;
  Source& source_of(model::TenantIndex tenant);
  const Source& source_of(model::TenantIndex tenant) const;

  const base::Log& log_;

  std::map<SourceId, std::unique_ptr<Source>> sources_;
  std::vector<SourceId> source_of_tenant_;
  std::uint64_t sources_made_ = 0;
  std::uint64_t tokens_seen_ = 0;
};

// Reads a source once, now, waiting as long as it takes a command to end; for checking a
// configuration before anything is started. OAuth is only checked for its client secret. In words
// what is wrong.
std::optional<std::string> inspect_token(const model::TokenSource& source);

}  // namespace reinfer::credentials
