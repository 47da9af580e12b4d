// A bearer token in memory. It cannot be printed, formatted or compared by accident: reveal() is
// the only access to the text, so one grep shows every line that sees a token. The memory is wiped
// when the value is destroyed. Values may be copied between threads; each copy has one owner.
#pragma once

#include <string.h>

#include <string>
#include <utility>

namespace reinfer::base {

// Not memset(), which the compiler leaves out before memory is freed.
inline void wipe(char* bytes, std::size_t count) {
  explicit_bzero(bytes, count);
}

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(const Secret&) = default;
  // A moved-from short string keeps the token's bytes, which wipe() reaches by their number; a
  // long one hands its memory over, and nothing is left to wipe.
  Secret(Secret&& other) noexcept
      : text_(is_long(other.text_) ? std::move(other.text_) : other.text_) {
    other.wipe();
  }
  Secret& operator=(Secret other) noexcept {
    std::swap(text_, other.text_);
    return *this;
  }
  ~Secret() { wipe(); }

  bool empty() const { return text_.empty(); }
  const std::string& reveal() const { return text_; }

 private:
  // Whether the text is on the heap, and moves without a copy.
  static bool is_long(const std::string& text) { return text.size() > std::string().capacity(); }
  void wipe() {
    base::wipe(text_.data(), text_.size());
    text_.clear();
  }

  std::string text_;
};

}  // namespace reinfer::base
