// Tokens as text: cleans a stored token, reads the expiry of a JSON Web Token, and removes a token
// from text that a peer echoed. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "base/clock.h"
#include "base/secret.h"

namespace reinfer::credentials {

inline constexpr std::size_t kTokenBytesMax = 16384;

// A secret, or an error in words ("the variable ACME_TOKEN is not set") that holds no part of it.
using SecretOrError = tl::expected<base::Secret, std::string>;

// The token in stored text: removes surrounding blanks, quotes and a leading "Bearer ". The rest
// must be visible ASCII, the only characters a header may carry. `origin` names the text in the
// error.
SecretOrError clean_token(std::string_view stored, std::string_view origin);

// Whether clean_token() removed more than the newline that editors add.
bool was_untidy(std::string_view stored, const base::Secret& cleaned);

// The `exp` claim of a JSON Web Token (RFC 7519); nullopt for opaque tokens. Nothing is verified:
// the API does that.
std::optional<base::WallTime> jwt_expiry(const base::Secret& token);

// `text` with every occurrence of the secret replaced by "$REINFER_TOKEN".
std::string without_secret(std::string text, const base::Secret& secret);

}  // namespace reinfer::credentials
