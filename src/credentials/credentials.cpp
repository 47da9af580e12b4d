#include "credentials/credentials.h"

#include <algorithm>

#include "base/check.h"
#include "credentials/source.h"
#include "credentials/stored.h"

namespace reinfer {

Credentials::Credentials(const Plan& plan, const Log& log) {
  std::vector<TokenSource> distinct;
  for (const Tenant& tenant : plan.tenants()) {
    const auto known = std::find(distinct.begin(), distinct.end(), tenant.token);
    source_of_tenant_.push_back(static_cast<std::size_t>(known - distinct.begin()));
    if (known == distinct.end()) distinct.push_back(tenant.token);
  }
  const std::vector<std::string> environment = environment_for_child(distinct);
  for (const TokenSource& source : distinct)
    sources_.push_back(std::make_unique<Source>(source, environment, log));
}

Credentials::~Credentials() = default;

Credentials::Source& Credentials::source_of(TenantIndex tenant) {
  return *sources_.at(source_of_tenant_.at(to_size(tenant)));
}
const Credentials::Source& Credentials::source_of(TenantIndex tenant) const {
  return *sources_.at(source_of_tenant_.at(to_size(tenant)));
}

void Credentials::refresh(TenantIndex tenant, Instant now) {
  source_of(tenant).refresh(now);
}

tl::expected<Token, NoToken> Credentials::token(TenantIndex tenant, Instant now) {
  return source_of(tenant).token(now);
}

Rejection Credentials::rejected(TenantIndex tenant, std::uint64_t number, Instant now) {
  return source_of(tenant).rejected(number, now);
}

void Credentials::accepted(TenantIndex tenant, std::uint64_t number) {
  source_of(tenant).accepted(number);
}

bool Credentials::is_settling(TenantIndex tenant, Instant now) const {
  return source_of(tenant).is_settling(now);
}

bool Credentials::is_rejected(TenantIndex tenant) const {
  return source_of(tenant).is_rejected();
}

std::optional<TokenFetch> Credentials::take_fetch(Instant now) {
  for (std::size_t i = 0; i < sources_.size(); ++i)
    if (auto request = sources_[i]->take_fetch(now))
      return TokenFetch{SourceIndex(i), std::move(*request)};
  return std::nullopt;
}

void Credentials::fetched(SourceIndex source, const Exchange& exchange, Instant now) {
  sources_.at(static_cast<std::size_t>(source))->fetched(exchange, now);
}

MonoTime Credentials::next_event() const {
  MonoTime next = MonoTime::max();
  for (const auto& source : sources_)
    next = std::min(next, source->next_event());
  return next;
}

TokenFacts Credentials::facts(TenantIndex tenant) const {
  return source_of(tenant).facts();
}

}  // namespace reinfer
