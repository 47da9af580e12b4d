#include "credentials/credentials.h"

#include <algorithm>
#include <functional>
#include <unordered_map>
#include <utility>

#include "base/check.h"
#include "base/text.h"
#include "credentials/stored_secret.h"
#include "credentials/token_state.h"

namespace reinfer::credentials {
namespace {

constexpr std::size_t kNamesMax = 5;

// Equal sources are one.
struct SourceHash {
  std::size_t operator()(const model::TokenSource* source) const {
    std::size_t hash = static_cast<std::size_t>(source->kind);
    const auto add = [&hash](const std::string& text) {
      hash = hash * 31 + std::hash<std::string>()(text);
    };
    add(source->name);
    for (const std::string& word : source->command)
      add(word);
    add(source->oauth.token_url);
    add(source->oauth.client_id);
    return hash;
  }
};
struct SameSource {
  bool operator()(const model::TokenSource* a, const model::TokenSource* b) const {
    return *a == *b;
  }
};
using SourceTable =
    std::unordered_map<const model::TokenSource*, TokenSourceId, SourceHash, SameSource>;

}  // namespace

Credentials::Credentials(const model::Plan& plan, const base::Log& log, ReadStored read)
    : log_(log), read_(std::move(read)), plan_(&plan), verdicts_(plan) {
  take_sources(plan);
}

Credentials::~Credentials() = default;

void Credentials::adopt(const model::Plan& plan, const model::PlanChange& change) {
  plan_ = &plan;
  verdicts_.adopt(plan, change);
  take_sources(plan);
  for (std::size_t i = 0; i < plan.tenants().size(); ++i)
    note_verdict(model::TenantIndex(i));
}

void Credentials::take_sources(const model::Plan& plan) {
  SourceTable before;
  for (auto& [id, used] : sources_)
    before.emplace(&used.source->source(), id);
  std::map<TokenSourceId, Used> sources = std::exchange(sources_, {});
  for (Times* times : {&turns_, &events_})
    times->clear();
  source_of_tenant_.clear();
  asked_.clear();
  is_asking_ = false;
  touched_.clear();
  judged_.clear();
  is_judged_.assign(plan.tenants().size(), false);

  std::vector<model::TokenSource> all;
  for (const model::Tenant& tenant : plan.tenants())
    all.push_back(tenant.token);
  const std::vector<std::string> environment = environment_for_child(all);
  SourceTable known;
  for (std::size_t i = 0; i < plan.tenants().size(); ++i) {
    const model::TokenSource& wanted = plan.tenants()[i].token;
    const auto [entry, is_new] = known.emplace(&wanted, TokenSourceId{});
    if (is_new) {
      const auto kept = before.find(&wanted);
      entry->second = kept != before.end() ? kept->second : TokenSourceId{++sources_made_};
      Used& used = sources_[entry->second];
      used.source = kept != before.end()
                        ? std::move(sources.at(kept->second).source)
                        : std::make_unique<Source>(wanted, tokens_seen_, read_, log_);
      if (wanted.kind == model::TokenSource::Kind::command)
        used.source->set_environment(environment);
    }
    sources_.at(entry->second).tenants.push_back(model::TenantIndex(i));
    source_of_tenant_.push_back(entry->second);
  }
  for (auto& [id, used] : sources_)
    note_change(id, used);
}

template <typename Work>
auto Credentials::change(TokenSourceId id, Work work) {
  Used& used = sources_.at(id);
  // After `work`, also if it returns something.
  struct Note {
    Credentials& credentials;
    TokenSourceId id;
    Used& used;
    ~Note() { credentials.note_change(id, used); }
  } const note{*this, id, used};
  return work(*used.source);
}

template <typename Work>
auto Credentials::change(model::TenantIndex tenant, Work work) {
  return change(source_of_tenant_.at(model::to_size(tenant)), std::move(work));
}

void Credentials::note_change(TokenSourceId id, Used& used) {
  const auto move = [id](Times& times, base::MonoTime& before, base::MonoTime now) {
    if (now == before) return;
    if (before != base::MonoTime::max()) times.erase({before, id});
    if (now != base::MonoTime::max()) times.emplace(now, id);
    before = now;
  };
  move(turns_, used.turn_at, used.source->turn_at());
  move(events_, used.next_event, used.source->next_event());
  if (!std::exchange(used.is_touched, true)) touched_.push_back(id);
}

void Credentials::note_verdict(model::TenantIndex tenant) {
  if (is_judged_.at(model::to_size(tenant))) return;
  is_judged_[model::to_size(tenant)] = true;
  judged_.push_back(tenant);
}

std::vector<model::TenantIndex> Credentials::take_changed() {
  for (const TokenSourceId id : std::exchange(touched_, {})) {
    Used& used = sources_.at(id);
    used.is_touched = false;
    if (used.source->facts() == used.told) continue;
    used.told = used.source->facts();
    for (const model::TenantIndex tenant : used.tenants)
      note_verdict(tenant);
  }
  for (const model::TenantIndex tenant : judged_)
    is_judged_[model::to_size(tenant)] = false;
  return std::exchange(judged_, {});
}

const Credentials::Source& Credentials::source_of(model::TenantIndex tenant) const {
  return *sources_.at(source_of_tenant_.at(model::to_size(tenant))).source;
}

void Credentials::refresh(model::TenantIndex tenant, base::Instant now) {
  change(tenant, [&](Source& source) { source.refresh(now); });
}

tl::expected<Token, NoToken> Credentials::token(model::TenantIndex tenant, base::Instant now) {
  return change(tenant, [&](Source& source) { return source.token(now); });
}

Rejection Credentials::rejected(model::TargetIndex target, const Token& token, base::Instant now) {
  const model::TenantIndex tenant = plan_->target(target).tenant;
  return change(tenant, [&](Source& source) {
    // The answer to a token that was replaced meanwhile says nothing about the new one.
    if (source.has_replaced(token.number, now)) return Rejection::replaced;
    note_verdict(tenant);
    if (!verdicts_.refused(target, token.fingerprint, now.mono)) return Rejection::unchanged;
    log_contradiction(tenant);
    return source.refused(
        {verdicts_.tokens_refused_in_a_row(tenant), verdicts_.is_accepted_elsewhere(tenant)}, now);
  });
}

void Credentials::accepted(model::TargetIndex target, const Token& token, base::Instant sent) {
  const model::TenantIndex tenant = plan_->target(target).tenant;
  change(tenant, [&](Source& source) {
    if (!source.has(token.number)) return;
    source.accepted();
    verdicts_.accepted(target, token.fingerprint, sent.mono);
    note_verdict(tenant);
  });
}

void Credentials::log_contradiction(model::TenantIndex tenant) {
  const std::vector<std::string> others = verdicts_.new_contradiction(tenant);
  if (others.empty()) return;
  log_.warn("tenants contradict each other about the token they share",
            {{"accepted_by", base::listed(others, kNamesMax)},
             {"refused_by", plan_->tenant(tenant).name},
             {"so", "a permission or a tenant, not the token"},
             {"at", source_of(tenant).source().place}});
}

bool Credentials::is_settling(model::TenantIndex tenant, base::Instant now) const {
  return source_of(tenant).is_settling(now);
}

bool Credentials::is_rejected(model::TenantIndex tenant) const {
  const std::optional<std::uint64_t> token = source_of(tenant).fingerprint();
  return token && verdicts_.is_refused(tenant, *token);
}

std::optional<TokenFetch> Credentials::take_fetch(base::Instant now) {
  // Each source has one turn, in the order of the ids, until the caller has been told of all.
  if (!std::exchange(is_asking_, true)) {
    for (auto at = turns_.begin(); at != turns_.end() && at->first <= now.mono; ++at)
      asked_.push_back(at->second);
    std::sort(asked_.begin(), asked_.end(), std::greater<>());
  }
  while (!asked_.empty()) {
    const TokenSourceId id = asked_.back();
    asked_.pop_back();
    auto request = change(id, [&](Source& source) { return source.take_fetch(now); });
    if (request) return TokenFetch{id, std::move(*request)};
  }
  is_asking_ = false;
  return std::nullopt;
}

void Credentials::fetched(TokenSourceId id, const model::Exchange& exchange, base::Instant now) {
  if (sources_.count(id) == 0) return;
  change(id, [&](Source& source) { source.fetched(exchange, now); });
}

base::MonoTime Credentials::next_event() const {
  return events_.empty() ? base::MonoTime::max() : events_.begin()->first;
}

model::TokenFacts Credentials::facts(model::TenantIndex tenant) const {
  model::TokenFacts facts = source_of(tenant).facts();
  verdicts_.tell(tenant, facts);
  return facts;
}

}  // namespace reinfer::credentials
