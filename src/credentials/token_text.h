// Tokens as text: what people do to them is undone, what a JWT tells of itself is read, and what a
// stranger echoed back is taken out again. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "base/clock.h"
#include "base/secret.h"

namespace reinfer::credentials {

inline constexpr std::size_t kTokenBytesMax = 16384;

// A secret, or in words what is wrong ("the variable ACME_TOKEN is not set"). The words never hold
// any part of it.
using SecretOrWhy = tl::expected<base::Secret, std::string>;

// The token in what a person stored: surrounding blanks, quotes and a leading "Bearer " removed.
// What is left must be visible ASCII, which is all that a header may carry. `origin` names it in
// the error.
SecretOrWhy clean_token(std::string_view stored, std::string_view origin);

// Whether clean_token() had more to undo than the newline that editors add.
bool was_untidy(std::string_view stored, const base::Secret& cleaned);

// When a JSON Web Token says that it expires (RFC 7519 `exp`); nullopt for opaque tokens. Nothing
// is verified: that is the API's to do.
std::optional<base::WallTime> jwt_expiry(const base::Secret& token);

// `text` with every occurrence of the secret replaced by "$REINFER_TOKEN".
std::string without_secret(std::string text, const base::Secret& secret);

}  // namespace reinfer::credentials
