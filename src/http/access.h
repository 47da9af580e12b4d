// Access control: users with bcrypt hashes, bearer tokens, the rate of requests. It decides and
// remembers but computes no hash: for a password that it has not seen it returns a question, which
// the password worker answers (http/password_worker.h), and is then called again with the answer.
// Owned by the server; any thread.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/secret.h"
#include "base/token_bucket.h"
#include "http/password.h"
#include "http/web_config.h"
#include "model/network.h"

namespace reinfer::http {

struct AccessSettings {
  std::map<std::string, std::string> users;  // bcrypt hashes
  std::vector<base::Secret> tokens;
  std::vector<model::Header> headers;
  std::optional<RequestRate> rate_limit;
};

struct PasswordQuestion {
  Digest key{};  // of user, hash and password, salted: identifies the answer
  std::string hash;
  base::Secret password;
  bool known_user = false;  // else the hash is of somebody else, and the answer is no
};

struct PasswordAnswer {
  Digest key{};
  bool right = false;
};

enum class AccessVerdict : std::uint8_t { granted, denied, unknown };

struct AccessDecision {
  AccessVerdict verdict = AccessVerdict::denied;
  std::optional<PasswordQuestion> question;  // of `unknown`
};

class Access {
 public:
  // `salt`: random text that no client can know.
  explicit Access(std::string salt) : salt_(std::move(salt)) {}

  void replace(AccessSettings settings);

  // Judges the Authorization field. `answer`: to the question of this very request.
  AccessDecision judge(const std::optional<std::string>& authorization,
                       const std::optional<PasswordAnswer>& answer = std::nullopt) const;
  // Whether the rate allows one more request; if so, it is counted.
  bool within_rate(base::MonoTime now);

  std::optional<bool> recall(const Digest& key) const REINFER_EXCLUDES(mutex_);
  void remember(const PasswordAnswer& answer);

  // Values of WWW-Authenticate for a 401.
  std::vector<std::string> challenges() const;
  std::vector<model::Header> headers() const;

 private:
  AccessDecision judge_basic(std::string_view encoded,
                             const std::optional<PasswordAnswer>& answer) const
      REINFER_REQUIRES(mutex_);
  std::optional<bool> recalled(const Digest& key) const REINFER_REQUIRES(mutex_);

  const std::string salt_;
  mutable base::Mutex mutex_;
  AccessSettings settings_ REINFER_GUARDED_BY(mutex_);
  std::vector<Digest> tokens_ REINFER_GUARDED_BY(mutex_);
  // Two, so that many wrong passwords displace no right one.
  std::deque<Digest> right_ REINFER_GUARDED_BY(mutex_);
  std::deque<Digest> wrong_ REINFER_GUARDED_BY(mutex_);
  std::optional<base::TokenBucket> rate_
      REINFER_GUARDED_BY(mutex_);  // absent: any number of requests
};

}  // namespace reinfer::http
