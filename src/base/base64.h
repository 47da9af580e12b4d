// Base64 (RFC 4648), decoded by OpenSSL. Used for JSON Web Tokens and for Basic authentication. Any
// thread. It encodes nothing and skips no white space.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace reinfer::base {

// The bytes of base64 text with its padding (section 4); nullopt for anything else.
std::optional<std::string> decode_base64(std::string_view text);

// The bytes of base64url text (section 5), with or without padding; nullopt for anything else.
std::optional<std::string> decode_base64url(std::string_view text);

}  // namespace reinfer::base
