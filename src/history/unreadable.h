// Which parts of the history could not be read, each told once. A plain value of the Store and of
// the Archive, on their threads.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace reinfer::history {

class UnreadableDays {
 public:
  static constexpr std::size_t kToldMax = 1000;

  void note(const std::string& place) {
    if (told_.size() < kToldMax && told_.insert(place).second) fresh_.push_back(place);
  }
  // Those that were not taken yet.
  std::vector<std::string> take() { return std::exchange(fresh_, {}); }

 private:
  std::set<std::string> told_;
  std::vector<std::string> fresh_;
};

}  // namespace reinfer::history
