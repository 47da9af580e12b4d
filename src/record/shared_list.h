// A list that one thread edits while others read older states of it. A reader's copy (SharedList)
// shares all values with the editor; who edits a value that may be shared copies that one value
// first. So a copy of ten thousand records takes microseconds, and one that a slow reader keeps
// costs only what has changed since. Used by Ledger, whose mutex guards the EditedList; a
// SharedList is a plain value of its reader and never changes under it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/check.h"

namespace reinfer::record {

template <typename Value>
class EditedList;

template <typename Value>
class SharedList {
 public:
  SharedList() = default;
  // `value_at(i)` returns the value of another list, which is shared and not copied.
  template <typename ValueAt>
  SharedList(std::size_t size, ValueAt value_at) {
    for (std::size_t i = 0; i < size; ++i) {
      if (i % kPieceSize == 0) pieces_.push_back(std::make_shared<Piece>());
      pieces_.back()->slots[i % kPieceSize].value = value_at(i);
    }
    size_ = size;
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const Value& operator[](std::size_t i) const { return *slot(i).value; }
  const Value& at(std::size_t i) const {
    base::check(i < size_, "the list has such a value");
    return (*this)[i];
  }
  std::shared_ptr<Value> share(std::size_t i) const { return slot(i).value; }
  // Other copies keep the old value.
  void replace(std::size_t i, Value value) {
    auto& piece = pieces_.at(i / kPieceSize);
    piece = std::make_shared<Piece>(*piece);
    piece->slots[i % kPieceSize] = {std::make_shared<Value>(std::move(value)), kNever};
  }

  class Iterator {
   public:
    Iterator(const SharedList& list, std::size_t at) : list_(&list), at_(at) {}
    const Value& operator*() const { return (*list_)[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return at_ != other.at_; }

   private:
    const SharedList* list_;
    std::size_t at_;
  };
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, size_}; }

 private:
  friend class EditedList<Value>;

  // So many values are told apart by one pointer: a copy of the list costs a pointer for each
  // piece, and the first edit after it one piece.
  static constexpr std::size_t kPieceSize = 64;
  static constexpr std::uint64_t kNever = 0;

  struct Slot {
    std::shared_ptr<Value> value;
    std::uint64_t made = kNever;  // the editor's count of copies then
  };
  struct Piece {
    std::array<Slot, kPieceSize> slots;
    std::uint64_t made = kNever;
  };

  const Slot& slot(std::size_t i) const { return pieces_[i / kPieceSize]->slots[i % kPieceSize]; }

  std::vector<std::shared_ptr<Piece>> pieces_;
  std::size_t size_ = 0;
};

template <typename Value>
class EditedList {
 public:
  EditedList() = default;
  EditedList(EditedList&&) noexcept = default;
  EditedList& operator=(EditedList&&) noexcept = default;
  EditedList(const EditedList&) = delete;
  EditedList& operator=(const EditedList&) = delete;

  std::size_t size() const { return list_.size_; }
  bool empty() const { return list_.size_ == 0; }
  const Value& operator[](std::size_t i) const { return list_[i]; }
  const Value& at(std::size_t i) const { return list_.at(i); }

  void push_back(Value value) { append({std::make_shared<Value>(std::move(value)), copies_}); }

  // The value, to be changed. The reference is good until the next call of another function.
  Value& edit(std::size_t i) {
    base::check(i < list_.size_, "the list has such a value");
    // Not by use_count(): a reader that lets go of a value does not order what it has read before.
    Slot& slot = own_piece(i / kPieceSize).slots[i % kPieceSize];
    if (slot.made != copies_) slot = {std::make_shared<Value>(*slot.value), copies_};
    return *slot.value;
  }

  // The present state.
  SharedList<Value> copy() {
    ++copies_;
    return list_;
  }

  // From now on the list has a value for each of `from`: the one at that position until now, or
  // what `make(i)` returns.
  template <typename Make>
  void rearrange(const std::vector<std::optional<std::size_t>>& from, Make make) {
    const SharedList<Value> before = std::exchange(list_, {});
    for (std::size_t i = 0; i < from.size(); ++i)
      from[i] ? append(before.slot(*from[i])) : push_back(make(i));
  }

 private:
  using Slot = typename SharedList<Value>::Slot;
  using Piece = typename SharedList<Value>::Piece;
  static constexpr std::size_t kPieceSize = SharedList<Value>::kPieceSize;

  Piece& own_piece(std::size_t number) {
    auto& piece = list_.pieces_[number];
    if (piece->made != copies_) {
      piece = std::make_shared<Piece>(*piece);
      piece->made = copies_;
    }
    return *piece;
  }

  void append(Slot slot) {
    if (list_.size_ % kPieceSize == 0) {
      list_.pieces_.push_back(std::make_shared<Piece>());
      list_.pieces_.back()->made = copies_;
    }
    own_piece(list_.size_ / kPieceSize).slots[list_.size_ % kPieceSize] = std::move(slot);
    ++list_.size_;
  }

  SharedList<Value> list_;
  std::uint64_t copies_ = SharedList<Value>::kNever + 1;
};

}  // namespace reinfer::record
