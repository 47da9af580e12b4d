// Where bearer tokens come from. The Engine asks for a tenant's token before each probe and never
// waits for one. Reads environment variables and files, and forgives what people do to tokens: a
// trailing newline, quotes, a pasted "Bearer ". Owned by one probe thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "base/secret.h"
#include "model/plan.h"

namespace reinfer {

// The token, or in words what is wrong ("the variable ACME_TOKEN is not set"). The words never hold
// any part of the token.
using TokenOrWhy = tl::expected<Secret, std::string>;

// Reads a source now. A file may hold at most kTokenBytesMax.
TokenOrWhy read_token(const TokenSource& source);

// The token in what a person stored: surrounding blanks, quotes and a leading "Bearer " removed.
// What is left must be visible ASCII, which is all a header may carry (RFC 6750 b64token and the
// vendor's own "any legal header value"). `origin` names it in the error.
TokenOrWhy clean_token(std::string_view stored, std::string_view origin);

inline constexpr std::size_t kTokenBytesMax = 16384;

class Credentials {
 public:
  explicit Credentials(const Plan& plan);

  TokenOrWhy token(TenantIndex tenant) const;

 private:
  std::vector<TokenSource> sources_;
};

}  // namespace reinfer
