#include "http/access.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/base64.h"
#include "base/hash.h"
#include "base/text.h"

namespace reinfer::http {
namespace {

constexpr std::size_t kRememberedMax = 100;
constexpr const char* kRealm = "realm=\"reinfer_exporter\"";

bool holds(const std::deque<Digest>& digests, const Digest& key) {
  return std::find(digests.begin(), digests.end(), key) != digests.end();
}

}  // namespace

void Access::replace(AccessSettings settings) {
  const base::MutexLock lock(mutex_);
  settings_ = std::move(settings);
  tokens_.clear();
  for (const base::Secret& token : settings_.tokens)
    tokens_.push_back(digest_of(salt_ + token.reveal()));
  settings_.tokens.clear();
  rate_.reset();
  if (settings_.rate_limit && settings_.rate_limit->burst > 0)
    rate_.emplace(settings_.rate_limit->burst, settings_.rate_limit->interval);
}

AccessDecision Access::judge(const std::optional<std::string>& authorization,
                             const std::optional<PasswordAnswer>& answer) const {
  const base::MutexLock lock(mutex_);
  if (settings_.users.empty() && tokens_.empty()) return {AccessVerdict::granted, {}};
  if (!authorization) return {};
  const auto space = authorization->find(' ');
  if (space == std::string::npos) return {};
  const std::string_view scheme = std::string_view(*authorization).substr(0, space);
  const std::string_view value = base::trim(std::string_view(*authorization).substr(space));
  if (base::equals_ignoring_case(scheme, "Bearer")) {
    const Digest given = digest_of(salt_ + std::string(value));
    bool known = false;
    for (const Digest& token : tokens_)
      known = equal_in_constant_time(given, token) || known;
    return {known ? AccessVerdict::granted : AccessVerdict::denied, {}};
  }
  if (base::equals_ignoring_case(scheme, "Basic") && !settings_.users.empty())
    return judge_basic(value, answer);
  return {};
}

AccessDecision Access::judge_basic(std::string_view encoded,
                                   const std::optional<PasswordAnswer>& answer) const {
  const auto decoded = base::decode_base64(encoded);
  const auto colon = decoded ? decoded->find(':') : std::string::npos;
  if (colon == std::string::npos) return {};
  const std::string user = decoded->substr(0, colon);
  auto found = settings_.users.find(user);
  PasswordQuestion question;
  question.known_user = found != settings_.users.end();
  // A name that nobody has costs as much as one that somebody has, always the same.
  if (!question.known_user)
    found = std::next(
        settings_.users.begin(),
        static_cast<std::ptrdiff_t>(base::stable_hash(salt_ + user) % settings_.users.size()));
  question.hash = found->second;
  // The hash has no colon and a fixed length; the rest is as the client joined it.
  question.key =
      digest_of(salt_ + (question.known_user ? '1' : '0') + question.hash + ':' + *decoded);
  const auto known =
      answer && answer->key == question.key ? std::optional(answer->right) : recalled(question.key);
  if (known) return {*known ? AccessVerdict::granted : AccessVerdict::denied, {}};
  question.password = base::Secret(decoded->substr(colon + 1));
  return {AccessVerdict::unknown, std::move(question)};
}

bool Access::within_rate(base::MonoTime now) {
  const base::MutexLock lock(mutex_);
  // A burst of 0 lets nobody in.
  if (!rate_) return !settings_.rate_limit;
  return !rate_->take(now);
}

std::optional<bool> Access::recalled(const Digest& key) const {
  if (holds(right_, key)) return true;
  if (holds(wrong_, key)) return false;
  return std::nullopt;
}

std::optional<bool> Access::recall(const Digest& key) const {
  const base::MutexLock lock(mutex_);
  return recalled(key);
}

void Access::remember(const PasswordAnswer& answer) {
  const base::MutexLock lock(mutex_);
  if (recalled(answer.key)) return;
  std::deque<Digest>& digests = answer.right ? right_ : wrong_;
  digests.push_back(answer.key);
  if (digests.size() > kRememberedMax) digests.pop_front();
}

std::vector<std::string> Access::challenges() const {
  const base::MutexLock lock(mutex_);
  std::vector<std::string> result;
  if (!settings_.users.empty())
    result.push_back(fmt::format("Basic {}, charset=\"UTF-8\"", kRealm));
  if (!tokens_.empty()) result.push_back(fmt::format("Bearer {}", kRealm));
  return result;
}

std::vector<model::Header> Access::headers() const {
  const base::MutexLock lock(mutex_);
  return settings_.headers;
}

}  // namespace reinfer::http
