// A stable 64-bit hash of text: the same on every machine, compiler and release, because the phase
// and the shard of each target depend on it. Pure, any thread. Not for hash tables with hostile
// keys.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace reinfer::base {

// FNV-1a (draft-eastlake-fnv) followed by the SplitMix64 finaliser, which spreads the low entropy
// of short names over all 64 bits. `seed` separates uses.
std::uint64_t stable_hash(std::string_view text, std::uint64_t seed = 0);

// The place, below `count`, that the text belongs to, by rendezvous hashing (Thaler and Ravishankar
// 1998): when one place is added, only the texts that belong to it move. REQUIRES: count > 0.
std::size_t rendezvous(std::string_view text, std::size_t count);

}  // namespace reinfer::base
