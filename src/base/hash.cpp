#include "base/hash.h"

namespace reinfer::base {

std::uint64_t stable_hash(std::string_view text, std::uint64_t seed) {
  std::uint64_t h = 0xcbf29ce484222325ULL ^ seed;
  for (const char c : text) {
    h ^= static_cast<unsigned char>(c);
    h *= 0x100000001b3ULL;
  }
  h ^= h >> 30;
  h *= 0xbf58476d1ce4e5b9ULL;
  h ^= h >> 27;
  h *= 0x94d049bb133111ebULL;
  h ^= h >> 31;
  return h;
}

std::size_t rendezvous(std::string_view text, std::size_t count) {
  constexpr std::uint64_t kSeed = 0x7368617264000000ULL;
  std::size_t best = 0;
  std::uint64_t most = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t weight = stable_hash(text, kSeed + i);
    if (weight <= most) continue;
    most = weight;
    best = i;
  }
  return best;
}

}  // namespace reinfer::base
