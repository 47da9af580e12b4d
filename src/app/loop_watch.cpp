#include "app/loop_watch.h"

#include <utility>

namespace reinfer::app {

std::vector<std::size_t> LoopWatch::look(std::vector<std::uint64_t> turns) {
  std::vector<std::size_t> stuck;
  for (std::size_t i = 0; i < turns.size(); ++i)
    if (turns[i] == turns_[i]) stuck.push_back(i);
  turns_ = std::move(turns);
  return stuck;
}

}  // namespace reinfer::app
