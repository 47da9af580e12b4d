#include "simulator/gzip_bomb.h"

#include <algorithm>

#include "base/gzip.h"

namespace reinfer::simulator {
namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;

}  // namespace

std::string gzip_bomb(std::string_view prefix, std::size_t filler_bytes, std::string_view suffix) {
  base::Gzip bomb;
  bomb.add(prefix);
  const std::string piece(kPieceBytes, 'x');
  for (std::size_t left = filler_bytes; left > 0;) {
    const std::size_t now = std::min(left, piece.size());
    bomb.add(std::string_view(piece).substr(0, now));
    left -= now;
  }
  bomb.add(suffix);
  return bomb.finish();
}

}  // namespace reinfer::simulator
