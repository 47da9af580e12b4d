// What is fuzzed: each target takes bytes of a stranger, gives them to one parser and checks what
// must hold of the result. Used by fuzz_main.cpp with libFuzzer, and by the unit level, which plays
// every file of corpus/. A broken property fails a base::check.
#pragma once

#include <span>
#include <string_view>

namespace reinfer::tests {

struct FuzzTarget {
  std::string_view name;  // of its folder in corpus/ and of its dictionary
  void (*run)(std::string_view bytes);
};

std::span<const FuzzTarget> fuzz_targets();

}  // namespace reinfer::tests
