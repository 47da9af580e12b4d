#include "credentials/token_state.h"

#include <algorithm>

#include "base/check.h"
#include "base/hash.h"
#include "credentials/stored_secret.h"

namespace reinfer::credentials {

using namespace std::chrono_literals;

namespace {

constexpr base::Nanoseconds kStoredReadInterval = 1s;
constexpr base::Nanoseconds kCommandRefresh = 5min;
constexpr base::Nanoseconds kPollInterval = 20ms;
constexpr base::Nanoseconds kRetryFirst = 1s;
constexpr base::Nanoseconds kRetryMax = 2min;
// Tokens with a shorter lifetime would make us overload their server.
constexpr base::Nanoseconds kLifetimeMin = 10s;
constexpr base::Nanoseconds kLifetimeUnknown = 30min;

model::SecretSource stored_of(const model::TokenSource& source) {
  const bool file = source.kind == model::TokenSource::Kind::file;
  return {file ? model::SecretSource::Kind::file : model::SecretSource::Kind::environment,
          source.name};
}

bool is_stored(const model::TokenSource& source) {
  return source.kind == model::TokenSource::Kind::environment ||
         source.kind == model::TokenSource::Kind::file;
}

}  // namespace

Credentials::Source::Source(model::TokenSource source, std::uint64_t& tokens_seen,
                            const ReadStored& read, const base::Log& log)
    : source_(std::move(source)), read_(read), log_(log), tokens_seen_(tokens_seen) {}

void Credentials::Source::set_environment(std::vector<std::string> environment) {
  environment_ = std::move(environment);
}

tl::expected<Token, NoToken> Credentials::Source::token(base::Instant now) {
  refresh(now);
  const bool expired = expires_at_ && *expires_at_ <= now.mono;
  if (token_.number != 0 && !expired) return token_;
  // A first token that is being fetched is no failure yet.
  const bool pending = problem_.empty() && is_settling(now);
  return tl::unexpected(NoToken{pending, expired ? "the token has expired" : problem_});
}

void Credentials::Source::refresh(base::Instant now) {
  if (is_stored(source_)) return refresh_stored(now);
  if (source_.kind == model::TokenSource::Kind::command) return refresh_command(now);
  if (!refresh_at_) refresh_at_ = now.mono;
}

void Credentials::Source::refresh_stored(base::Instant now) {
  if (!read_since_ && read_at_ && now.mono - *read_at_ < kStoredReadInterval) return;
  auto secret = take_stored(stored_of(source_), now);
  if (!secret) return;
  read_at_ = now.mono;
  take(std::move(*secret), std::nullopt, now);
}

// nullopt while it is being read.
std::optional<SecretOrError> Credentials::Source::take_stored(const model::SecretSource& stored,
                                                              base::Instant now) {
  if (!read_since_) read_since_ = now.mono;
  // An earlier read may have seen the old token. Where there is none yet, that of the start will
  // do, however long ago it was: a slot must not be lost to a file that has been read.
  const base::MonoTime since = doubt_is_read_       ? *read_since_
                               : token_.number == 0 ? base::MonoTime::min()
                                                    : *read_since_ - kStoredReadInterval;
  std::optional<StoredSecret> found = read_(stored, since);
  if (!found && now.mono - *read_since_ < kStoredReadMax) {
    poll_at_ = now.mono + kPollInterval;
    return std::nullopt;
  }
  read_since_.reset();
  doubt_is_read_ = false;
  poll_at_.reset();
  if (!found)
    return tl::unexpected("the file " + stored.name + " does not answer, as on a dead mount");
  if (!std::exchange(warned_of_storage_, true))
    for (const std::string& warning : found->warnings)
      log_.warn("look at how the token is stored", {{"problem", warning}, {"at", source_.place}});
  return std::move(found->secret);
}

void Credentials::Source::refresh_command(base::Instant now) {
  if (command_) return poll_command(now);
  if (refresh_at_ && now.mono < *refresh_at_) return;
  command_ = std::make_unique<CommandRun>(source_.command, environment_, now.mono);
  refresh_at_ = now.mono + kCommandRefresh;
  refresh_without_doubt_at_.reset();
  poll_command(now);
}

void Credentials::Source::poll_command(base::Instant now) {
  poll_at_ = now.mono + kPollInterval;
  auto ended = command_->poll(now.mono);
  if (!ended) return;
  command_.reset();
  poll_at_.reset();
  const bool good = ended->has_value();
  take(std::move(*ended), std::nullopt, now);
  if (!good) plan_retry(failures_in_a_row_++, now);
}

void Credentials::Source::take(SecretOrError secret, std::optional<base::Nanoseconds> lifetime,
                               base::Instant now) {
  if (!secret) {
    // The current token stays: if it is no longer valid, the API will reject it.
    ++facts_.read_errors;
    if (problem_ != secret.error())
      log_.warn("no token to be had", {{"problem", secret.error()}, {"at", source_.place}});
    problem_ = secret.error();
    return;
  }
  problem_.clear();
  failures_in_a_row_ = 0;
  facts_.expiry = lifetime ? std::optional(now.wall + *lifetime) : jwt_expiry(*secret);
  expires_at_ = lifetime ? std::optional(now.mono + *lifetime) : std::nullopt;
  if (token_.number != 0 && token_.secret.reveal() == secret->reveal()) return;
  const bool first = token_.number == 0;
  const std::uint64_t fingerprint = base::stable_hash(secret->reveal());
  token_ = Token{std::move(*secret), ++tokens_seen_, fingerprint};
  if (first) return;
  ++facts_.changes;
  facts_.last_change = now.wall;
  log_.info("token changed", {{"at", source_.place}});
}

std::optional<std::uint64_t> Credentials::Source::fingerprint() const {
  return token_.number != 0 ? std::optional(token_.fingerprint) : std::nullopt;
}

bool Credentials::Source::has_replaced(std::uint64_t number, base::Instant now) {
  if (number != token_.number) return true;
  if (!is_stored(source_)) return false;
  read_since_ = now.mono;
  doubt_is_read_ = true;
  refresh_stored(now);
  return number != token_.number;
}

Rejection Credentials::Source::refused(const Doubt& doubt, base::Instant now) {
  if (is_stored(source_)) return doubt_is_read_ ? Rejection::pending : Rejection::unchanged;
  const bool first = std::exchange(doubted_number_, token_.number) != token_.number;
  if (first) ++doubts_in_a_row_;
  // Several probes may have been sent with it: all of them wait for one replacement.
  if (is_settling(now)) return Rejection::pending;
  const bool fetched_lately = doubt_fetched_at_ && now.mono - *doubt_fetched_at_ < kRetryMax;
  // Fetching again at once helps if the token was revoked, not if the client was.
  if (first && doubts_in_a_row_ == 1 && doubt.tokens_refused_in_a_row == 1 && !fetched_lately) {
    doubt_fetched_at_ = now.mono;
    refresh_at_ = now.mono;
    refresh(now);
    return Rejection::pending;
  }
  // Otherwise a tenant without the permission would have all others' tokens replaced for ever.
  if (doubt.accepted_elsewhere) return Rejection::unchanged;
  const auto undoubted = refresh_at_;
  plan_retry(std::max(doubts_in_a_row_, doubt.tokens_refused_in_a_row), now);
  if (refresh_at_ != undoubted && !refresh_without_doubt_at_) refresh_without_doubt_at_ = undoubted;
  return Rejection::unchanged;
}

void Credentials::Source::accepted() {
  if (refresh_without_doubt_at_) refresh_at_ = refresh_without_doubt_at_;
  refresh_without_doubt_at_.reset();
  doubted_number_ = 0;
  doubts_in_a_row_ = 0;
}

bool Credentials::Source::is_settling(base::Instant now) const {
  const bool first_read = read_since_ && token_.number == 0;
  return command_ || fetch_in_flight_ || first_read || doubt_is_read_ ||
         (refresh_at_ && *refresh_at_ <= now.mono);
}

std::optional<model::Request> Credentials::Source::take_fetch(base::Instant now) {
  if (is_stored(source_) && read_since_) refresh_stored(now);
  if (source_.kind == model::TokenSource::Kind::command && refresh_at_) refresh_command(now);
  if (source_.kind != model::TokenSource::Kind::oauth) return std::nullopt;
  if (fetch_in_flight_ || !refresh_at_ || now.mono < *refresh_at_) return std::nullopt;
  const auto secret = take_stored(source_.oauth.client_secret, now);
  if (!secret) return std::nullopt;
  if (!*secret) {
    take(tl::unexpected(secret->error()), std::nullopt, now);
    plan_retry(failures_in_a_row_++, now);
    return std::nullopt;
  }
  fetch_in_flight_ = true;
  return token_request(source_.oauth, **secret);
}

void Credentials::Source::fetched(const model::Exchange& exchange, base::Instant now) {
  base::check(fetch_in_flight_, "a token was asked for");
  fetch_in_flight_ = false;
  auto issued = read_token_reply(exchange);
  if (issued && issued->lifetime.value_or(kLifetimeUnknown) < kLifetimeMin)
    issued = tl::unexpected(std::string("the token server gives tokens that expire at once"));
  if (!issued) {
    take(tl::unexpected(issued.error()), std::nullopt, now);
    plan_retry(failures_in_a_row_++, now);
    return;
  }
  const base::Nanoseconds lifetime = issued->lifetime.value_or(kLifetimeUnknown);
  refresh_at_ = now.mono + lifetime / 5 * 4;
  refresh_without_doubt_at_.reset();
  take(std::move(issued->secret), issued->lifetime, now);
}

// Exponential backoff, unless a refresh is already planned sooner.
void Credentials::Source::plan_retry(int times_in_vain, base::Instant now) {
  if (refresh_at_ && *refresh_at_ > now.mono && *refresh_at_ - now.mono <= kRetryMax) return;
  const base::Nanoseconds delay = kRetryFirst * (1 << std::min(times_in_vain, 10));
  refresh_at_ = now.mono + std::min(delay, kRetryMax);
}

base::MonoTime Credentials::Source::next_event() const {
  if (poll_at_) return *poll_at_;
  const bool fetches = source_.kind == model::TokenSource::Kind::oauth && !fetch_in_flight_;
  return fetches && refresh_at_ ? *refresh_at_ : base::MonoTime::max();
}

base::MonoTime Credentials::Source::turn_at() const {
  constexpr auto kEachTurn = base::MonoTime::min();
  constexpr auto kNever = base::MonoTime::max();
  if (is_stored(source_)) return read_since_ ? kEachTurn : kNever;
  if (!refresh_at_ || fetch_in_flight_) return kNever;
  return command_ ? kEachTurn : *refresh_at_;
}

std::optional<std::string> inspect_token(const model::TokenSource& source,
                                         const std::function<bool()>& given_up) {
  if (source.kind == model::TokenSource::Kind::oauth) {
    const SecretOrError secret = read_stored(source.oauth.client_secret);
    return secret ? std::nullopt : std::optional(secret.error());
  }
  if (is_stored(source)) {
    const SecretOrError secret = read_stored(stored_of(source));
    return secret ? std::nullopt : std::optional(secret.error());
  }
  if (given_up()) return "was given up";
  CommandRun run(source.command, environment_for_child({source}), base::mono_now());
  for (;;) {
    if (const auto ended = run.poll(base::mono_now()))
      return ended->has_value() ? std::nullopt : std::optional(ended->error());
    if (given_up()) return "was given up";
    run.wait_for_output(kPollInterval);
  }
}

}  // namespace reinfer::credentials
