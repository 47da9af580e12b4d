#include "credentials/credentials.h"

#include <algorithm>

#include "base/check.h"
#include "credentials/stored_secret.h"
#include "credentials/token_state.h"

namespace reinfer::credentials {

Credentials::Credentials(const model::Plan& plan, const base::Log& log) : log_(log) {
  adopt(plan);
}

Credentials::~Credentials() = default;

void Credentials::adopt(const model::Plan& plan) {
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
                             std::make_unique<Source>(wanted, tokens_seen_, log_))
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

Rejection Credentials::rejected(model::TenantIndex tenant, std::uint64_t number,
                                base::Instant now) {
  return source_of(tenant).rejected(number, now);
}

void Credentials::accepted(model::TenantIndex tenant, std::uint64_t number) {
  source_of(tenant).accepted(number);
}

bool Credentials::is_settling(model::TenantIndex tenant, base::Instant now) const {
  return source_of(tenant).is_settling(now);
}

bool Credentials::is_rejected(model::TenantIndex tenant) const {
  return source_of(tenant).is_rejected();
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
  return source_of(tenant).facts();
}

}  // namespace reinfer::credentials
