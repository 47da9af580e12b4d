// check(): our own invariants, on in release builds too. A violated one is a bug of ours: it prints
// the place and aborts, because every figure after it would be a guess. Never used on input: what
// comes from a file, a peer or an operator is data and is answered with an error that explains it.
#pragma once

#include <string_view>

namespace reinfer::base {

// Aborts with "FILE:LINE: check failed: must_hold" on stderr unless `condition` holds.
// `must_hold` states what must be true ("a completion belongs to a probe in flight").
// The default arguments name the caller's place; std::source_location is beyond clang 14.
void check(bool condition, std::string_view must_hold, const char* file = __builtin_FILE(),
           int line = __builtin_LINE());

}  // namespace reinfer::base
