// Who may ask: users with bcrypt hashes, bearer tokens, the rate. It decides and remembers, it
// computes no hash: for a password that it has not seen, it hands out a question, which takes long
// to answer (http/password_worker.h), and is asked again with the answer. Owned by the server; any
// thread.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
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
  Digest key{};  // of user, hash and password, salted: what the answer is remembered under
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

  // By the Authorization header. `answer`: to the question that was asked for this very request.
  AccessDecision judge(const std::optional<std::string>& authorization,
                       const std::optional<PasswordAnswer>& answer = std::nullopt) const;
  // Whether one more request fits in the rate, which it then does.
  bool within_rate(base::MonoTime now);

  std::optional<bool> recall(const Digest& key) const;
  void remember(const PasswordAnswer& answer);

  // What a 401 says of how to do better: values of WWW-Authenticate.
  std::vector<std::string> challenges() const;
  std::vector<model::Header> headers() const;

 private:
  AccessDecision judge_basic(std::string_view encoded,
                             const std::optional<PasswordAnswer>& answer) const;
  std::optional<bool> recalled(const Digest& key) const;

  const std::string salt_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  AccessSettings settings_;
  std::vector<Digest> tokens_;
  // Two, so that wrong passwords, of which there may be many, push out no right one.
  std::deque<Digest> right_;
  std::deque<Digest> wrong_;
  std::optional<base::TokenBucket> rate_;  // absent: any number of requests
};

}  // namespace reinfer::http
