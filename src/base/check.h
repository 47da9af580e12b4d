// check(): our own invariants, on in release builds too. A violation is a bug of ours: it prints
// the place and aborts, because every later figure would be a guess. Any thread. Never used on
// input: bad text of a file, a peer or an operator is answered with an error that explains it.
#pragma once

#include <string_view>

namespace reinfer::base {

// Aborts with "FILE:LINE: check failed: must_hold" on stderr unless `condition` holds.
// `must_hold` states what must be true ("a completion belongs to a probe in flight").
// The default arguments are the caller's place; clang 14 cannot parse std::source_location.
void check(bool condition, std::string_view must_hold, const char* file = __builtin_FILE(),
           int line = __builtin_LINE());

}  // namespace reinfer::base
