// Passwords against bcrypt hashes, and secrets against each other: the adapter to libxcrypt and to
// OpenSSL's SHA-256. Pure functions, any thread; verify_bcrypt takes long on purpose, so whoever
// calls it decides how many may at once (http/password_worker.h).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace reinfer::http {

// The cost of "$2y$10$...", if that is what `hash` is: $2a, $2b or $2y, cost 4 to 31, 22 characters
// of salt and 31 of hash.
std::optional<int> bcrypt_cost(std::string_view hash);

// Whether `password` is the one that was hashed. As everywhere, bcrypt reads 72 bytes of it.
bool verify_bcrypt(const std::string& password, const std::string& hash);

using Digest = std::array<std::uint8_t, 32>;

// SHA-256.
Digest digest_of(std::string_view bytes);

// In a time that depends on nothing.
bool equal_in_constant_time(const Digest& a, const Digest& b);

}  // namespace reinfer::http
