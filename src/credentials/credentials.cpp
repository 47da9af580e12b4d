#include "credentials/credentials.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/text.h"
#include "credentials/stored_secret.h"
#include "credentials/token_state.h"

namespace reinfer::credentials {
namespace {

constexpr std::size_t kNamesMax = 5;

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
}

void Credentials::take_sources(const model::Plan& plan) {
  std::vector<model::TokenSource> all;
  for (const model::Tenant& tenant : plan.tenants())
    all.push_back(tenant.token);
  const std::vector<std::string> environment = environment_for_child(all);

  auto before = std::exchange(sources_, {});
  source_of_tenant_.clear();
  const auto same = [](const model::TokenSource& wanted) {
    return [&wanted](const auto& entry) { return entry.second->source() == wanted; };
  };
  for (const model::TokenSource& wanted : all) {
    auto known = std::find_if(sources_.begin(), sources_.end(), same(wanted));
    if (known == sources_.end()) {
      const auto kept = std::find_if(before.begin(), before.end(), same(wanted));
      if (kept != before.end())
        known = sources_.insert(before.extract(kept)).position;
      else
        known = sources_
                    .emplace(TokenSourceId{++sources_made_},
                             std::make_unique<Source>(wanted, tokens_seen_, read_, log_))
                    .first;
    }
    known->second->set_environment(environment);
    source_of_tenant_.push_back(known->first);
  }
}

Credentials::Source& Credentials::source_of(model::TenantIndex tenant) {
  return *sources_.at(source_of_tenant_.at(model::to_size(tenant)));
}
const Credentials::Source& Credentials::source_of(model::TenantIndex tenant) const {
  return *sources_.at(source_of_tenant_.at(model::to_size(tenant)));
}

void Credentials::refresh(model::TenantIndex tenant, base::Instant now) {
  source_of(tenant).refresh(now);
}

tl::expected<Token, NoToken> Credentials::token(model::TenantIndex tenant, base::Instant now) {
  return source_of(tenant).token(now);
}

Rejection Credentials::rejected(model::TargetIndex target, const Token& token, base::Instant now) {
  const model::TenantIndex tenant = plan_->target(target).tenant;
  Source& source = source_of(tenant);
  // The answer to a token that was replaced meanwhile says nothing about the new one.
  if (source.has_replaced(token.number, now)) return Rejection::replaced;
  if (!verdicts_.refused(target, token.fingerprint, now.mono)) return Rejection::unchanged;
  log_contradiction(tenant);
  return source.refused(
      {verdicts_.tokens_refused_in_a_row(tenant), verdicts_.is_accepted_elsewhere(tenant)}, now);
}

void Credentials::accepted(model::TargetIndex target, const Token& token, base::Instant sent) {
  Source& source = source_of(plan_->target(target).tenant);
  if (!source.has(token.number)) return;
  source.accepted();
  verdicts_.accepted(target, token.fingerprint, sent.mono);
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
  for (const auto& [id, source] : sources_)
    if (auto request = source->take_fetch(now)) return TokenFetch{id, std::move(*request)};
  return std::nullopt;
}

void Credentials::fetched(TokenSourceId id, const model::Exchange& exchange, base::Instant now) {
  const auto source = sources_.find(id);
  if (source != sources_.end()) source->second->fetched(exchange, now);
}

base::MonoTime Credentials::next_event() const {
  base::MonoTime next = base::MonoTime::max();
  for (const auto& [id, source] : sources_)
    next = std::min(next, source->next_event());
  return next;
}

model::TokenFacts Credentials::facts(model::TenantIndex tenant) const {
  model::TokenFacts facts = source_of(tenant).facts();
  verdicts_.tell(tenant, facts);
  return facts;
}

}  // namespace reinfer::credentials
