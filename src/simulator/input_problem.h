// What is wrong with something an operator or a test gave us, in words for a person. Functions that
// read outside input return std::variant<T, Problem>; nothing throws. Plain value, any thread.
#pragma once

#include <string>

namespace reinfer::simulator {

struct Problem {
  std::string text;
};

}  // namespace reinfer::simulator
