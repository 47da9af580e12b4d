// The bytes of a packed day: its form, and varints one after the other. For history/packed*.cpp
// alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "history/packed.h"

namespace reinfer::history {

void put(std::string& bytes, std::uint64_t value);
// Small numbers of either sign take a byte.
void put_signed(std::string& bytes, std::int64_t value);

// Reads numbers until the bytes end; a broken one and those after it are 0.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool over() const { return at_ == end_; }
  bool broken() const { return broken_; }
  std::uint64_t next();
  std::int64_t next_signed();

 private:
  const char* at_;
  const char* end_;
  bool broken_ = false;
};

std::string with_form(const std::string& body, Packing packing);
// REQUIRES: some bytes. nullopt if their form is none, or they cannot be inflated.
std::optional<std::string> body_of(std::string_view bytes);

}  // namespace reinfer::history
