// Pseudo-random numbers, seeded by a test (then always the same) or by the kernel. Used for request
// ids and by the simulator. Not thread-safe: one owner each. Not for secrets.
#pragma once

#include <cstdint>
#include <string>

namespace reinfer::base {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  // A seed from the kernel.
  static std::uint64_t seed_from_kernel();

  // SplitMix64 (Steele, Lea, Flood 2014): good enough for ids and fault dice, not for secrets.
  std::uint64_t next();

  // Uniform in [0, 1).
  double next_unit();

  // A version 4 UUID (RFC 9562) in lower case.
  std::string next_uuid();

 private:
  std::uint64_t state_;
};

}  // namespace reinfer::base
