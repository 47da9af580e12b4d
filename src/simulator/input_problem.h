// A problem of the input of an operator or a test, in words. Functions that
// read outside input return std::variant<T, Problem>; nothing throws. Plain value, any thread.
#pragma once

#include <string>

namespace reinfer::simulator {

struct Problem {
  std::string text;
};

}  // namespace reinfer::simulator
