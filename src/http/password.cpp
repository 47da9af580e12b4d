#include "http/password.h"

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "base/check.h"

namespace reinfer::http {
namespace {

constexpr std::size_t kHashBytes = 60;
constexpr std::string_view kBcryptAlphabet =
    "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::optional<int> bcrypt_cost(std::string_view hash) {
  if (hash.size() != kHashBytes || hash.substr(0, 2) != "$2" || hash[3] != '$' || hash[6] != '$' ||
      std::string_view("aby").find(hash[2]) == std::string_view::npos || !is_digit(hash[4]) ||
      !is_digit(hash[5]) || hash.find_first_not_of(kBcryptAlphabet, 7) != std::string_view::npos)
    return std::nullopt;
  const int cost = (hash[4] - '0') * 10 + (hash[5] - '0');
  return cost >= 4 && cost <= 31 ? std::optional(cost) : std::nullopt;
}

bool verify_bcrypt(const std::string& password, const std::string& hash) {
  // Tens of kilobytes, and it holds the password: not on the stack, and wiped.
  const auto scratch = std::make_unique<crypt_data>();
  // crypt_r stops at a NUL, which would make one password of several.
  const bool whole = password.find('\0') == std::string::npos;
  const char* computed = crypt_r(password.c_str(), hash.c_str(), scratch.get());
  const bool equal = computed != nullptr && std::string_view(computed).size() == hash.size() &&
                     CRYPTO_memcmp(computed, hash.data(), hash.size()) == 0;
  OPENSSL_cleanse(scratch.get(), sizeof(crypt_data));
  return equal && whole;
}

Digest digest_of(std::string_view bytes) {
  Digest digest{};
  base::check(
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1,
      "SHA-256 is there");
  return digest;
}

bool equal_in_constant_time(const Digest& a, const Digest& b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace reinfer::http
