// A stable 64-bit hash of text: the same on every machine, compiler and release, because the phase
// of each target on its grid comes from it (and, later, its shard). Not for hash tables that face
// hostile keys. Pure, any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace reinfer {

// FNV-1a (draft-eastlake-fnv) followed by the SplitMix64 finaliser, which spreads the low entropy
// of short names over all 64 bits. `seed` separates uses.
std::uint64_t stable_hash(std::string_view text, std::uint64_t seed = 0);

}  // namespace reinfer
