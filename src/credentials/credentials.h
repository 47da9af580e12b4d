// The tokens of all tenants and their state. The prober asks for a token before each request and
// reports the API's answer to it; this room re-reads, re-runs or re-fetches sources when it is
// time. It never waits and reads no clock: a fetch is a Request that the prober sends. Tenants with
// equal sources share a token and its fetching, never its verdict: a reply judges the token of the
// tenant that got it. Owned by one probe thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "credentials/command.h"
#include "credentials/oauth.h"
#include "credentials/stored_reads.h"
#include "credentials/token_text.h"
#include "credentials/token_verdicts.h"
#include "model/plan.h"
#include "model/plan_change.h"
#include "model/token_facts.h"

namespace reinfer::credentials {

// A token and its number: two tokens are the same exactly if their numbers are. Numbers are never
// used again, not even after a reload has removed the token's source. `fingerprint` is that of the
// text, whichever source it comes from.
struct Token {
  base::Secret secret;
  std::uint64_t number = 0;
  std::uint64_t fingerprint = 0;
};

// Why there is no token to send.
struct NoToken {
  bool pending = false;  // a first token is being fetched
  std::string why;
};

// The consequence of a rejected token.
enum class Rejection : std::uint8_t {
  replaced,   // token() returns another one
  pending,    // another one is being fetched: try again later
  unchanged,  // there is no other: the rejection is final
};

// Identifies a token source; never used again in the life of the process.
enum class TokenSourceId : std::uint64_t {};

// A token request to be sent now; pass its exchange to fetched().
struct TokenFetch {
  TokenSourceId source{};
  model::Request request;
};

// A file that has not been read by then does not answer.
inline constexpr base::Nanoseconds kStoredReadMax = std::chrono::seconds(2);

class Credentials {
 public:
  // `read` reads stored sources. If it may answer later, a token is awaited for at most
  // kStoredReadMax.
  Credentials(const model::Plan& plan, const base::Log& log, ReadStored read = read_directly);
  ~Credentials();

  // From now on `plan` holds. A source that is still used keeps its token and state.
  void adopt(const model::Plan& plan, const model::PlanChange& change);

  // Re-reads the tenant's source if it is time.
  void refresh(model::TenantIndex tenant, base::Instant now);
  // The token to send at `now`. Refreshes the source first.
  tl::expected<Token, NoToken> token(model::TenantIndex tenant, base::Instant now);

  // The API answered 401 to the token in a request of the target.
  Rejection rejected(model::TargetIndex target, const Token& token, base::Instant now);
  // The API accepted the token in a request of the target, sent at `sent`.
  void accepted(model::TargetIndex target, const Token& token, base::Instant sent);
  // Whether a replacement is still being fetched, so that a rejection is not final yet.
  bool is_settling(model::TenantIndex tenant, base::Instant now) const;
  // Whether the API has rejected the current token in the last reply to this tenant that judged it.
  bool is_rejected(model::TenantIndex tenant) const;

  // The next fetch that is due, at most one in flight for each source. To be called until there is
  // none.
  std::optional<TokenFetch> take_fetch(base::Instant now);
  // Does nothing if the source is gone.
  void fetched(TokenSourceId source, const model::Exchange& exchange, base::Instant now);

  // When to call take_fetch() or token() again even if no probe is due; MonoTime::max() if never.
  base::MonoTime next_event() const;

  model::TokenFacts facts(model::TenantIndex tenant) const;
  // The tenants whose facts may have changed since the last call; each once.
  std::vector<model::TenantIndex> take_changed();

 private:
  class Source;
  // A source and what follows from its state. No turn walks through all of them.
  struct Used {
    std::unique_ptr<Source> source;
    std::vector<model::TenantIndex> tenants;
    model::TokenFacts told;  // as take_changed() last saw them
    base::MonoTime turn_at = base::MonoTime::max();
    base::MonoTime next_event = base::MonoTime::max();
    bool is_touched = false;
  };
  using Times = std::set<std::pair<base::MonoTime, TokenSourceId>>;

  const Source& source_of(model::TenantIndex tenant) const;
  // Calls `work` with the source, whose state it may change.
  template <typename Work>
  auto change(TokenSourceId id, Work work);
  template <typename Work>
  auto change(model::TenantIndex tenant, Work work);
  void note_change(TokenSourceId id, Used& used);
  void note_verdict(model::TenantIndex tenant);
  void take_sources(const model::Plan& plan);
  void log_contradiction(model::TenantIndex tenant);

  const base::Log& log_;
  const ReadStored read_;
  const model::Plan* plan_;
  TokenVerdicts verdicts_;

  std::map<TokenSourceId, Used> sources_;
  std::vector<TokenSourceId> source_of_tenant_;
  Times turns_;                       // of the sources that have one
  Times events_;                      // of the sources that have one
  std::vector<TokenSourceId> asked_;  // in this turn, the last one first
  bool is_asking_ = false;
  std::vector<TokenSourceId> touched_;  // since take_changed()
  std::vector<model::TenantIndex> judged_;
  std::vector<bool> is_judged_;
  std::uint64_t sources_made_ = 0;
  std::uint64_t tokens_seen_ = 0;
};

// Reads a source once, to check a configuration before anything is started, and returns the problem
// in words. Blocks until a command ends or `given_up` is true, which is asked again and again. For
// OAuth it checks the client secret only.
std::optional<std::string> inspect_token(
    const model::TokenSource& source, const std::function<bool()>& given_up = [] { return false; });

}  // namespace reinfer::credentials
