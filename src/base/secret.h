// A bearer token in memory. It cannot be printed, formatted or compared by accident: reveal() is
// the only access to the text, so one grep shows every line that sees a token. The memory is wiped
// when the value is destroyed. Values may be copied between threads; each copy has one owner.
#pragma once

#include <string>
#include <utility>

namespace reinfer::base {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(const Secret&) = default;
  // Copies, then wipes: a moved-from short string would keep the token's bytes.
  // NOLINTNEXTLINE(performance-move-constructor-init)
  Secret(Secret&& other) noexcept : text_(other.text_) { other.wipe(); }
  Secret& operator=(Secret other) noexcept {
    std::swap(text_, other.text_);
    return *this;
  }
  ~Secret() { wipe(); }

  bool empty() const { return text_.empty(); }
  const std::string& reveal() const { return text_; }

 private:
  void wipe() {
    // Through a volatile pointer, or the compiler removes stores to an object that is destroyed.
    volatile char* bytes = text_.data();
    for (std::size_t i = 0; i < text_.size(); ++i)
      bytes[i] = 0;
    text_.clear();
  }

  std::string text_;
};

}  // namespace reinfer::base
