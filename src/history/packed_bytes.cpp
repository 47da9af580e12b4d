#include "history/packed_bytes.h"

#include <iterator>
#include <protozero/varint.hpp>

#include "base/deflate.h"

namespace reinfer::history {
namespace {

constexpr char kPlain = 1;
constexpr char kDeflated = 2;
// On less there is nothing to gain.
constexpr std::size_t kDeflatedFrom = 64;
// A day of sketches of 160 buckets each takes a tenth of that.
constexpr std::size_t kBytesMax = 256UL * 1024;

}  // namespace

void put(std::string& bytes, std::uint64_t value) {
  protozero::write_varint(std::back_inserter(bytes), value);
}

void put_signed(std::string& bytes, std::int64_t value) {
  put(bytes, protozero::encode_zigzag64(value));
}

std::uint64_t Bytes::next() {
  if (broken_) return 0;
  try {
    return protozero::decode_varint(&at_, end_);
  } catch (const protozero::exception&) {
    broken_ = true;
    return 0;
  }
}

std::int64_t Bytes::next_signed() {
  return protozero::decode_zigzag64(next());
}

std::string with_form(const std::string& body, Packing packing) {
  if (packing == Packing::small && body.size() >= kDeflatedFrom) {
    const std::string smaller = base::deflated(body);
    if (smaller.size() < body.size()) return kDeflated + smaller;
  }
  return kPlain + body;
}

std::optional<std::string> body_of(std::string_view bytes) {
  if (bytes.front() == kPlain) return std::string(bytes.substr(1));
  if (bytes.front() == kDeflated) return base::inflated(bytes.substr(1), kBytesMax);
  return std::nullopt;
}

}  // namespace reinfer::history
