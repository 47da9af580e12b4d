// Reads the Server-Timing response header, in which the platform reports its own time:
// `Server-Timing: total;dur=37.7`. A gateway may add entries and lines of its own, malformed ones
// too, so the header is read as browsers read it, and such an entry never hides the platform's.
// Used by the judge. Pure, any thread, bounded, never throws. It does not know which entry matters.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "model/exchange.h"
#include "model/probe_result.h"

namespace reinfer::probe {

inline constexpr std::size_t kServerTimingEntriesMax = 64;
inline constexpr std::size_t kServerTimingBytesMax = 8192;

struct ServerTimingHeader {
  bool present = false;                      // at least one Server-Timing line
  std::vector<model::ServerTiming> entries;  // in order, over all lines
  // Entries left out: with a malformed name, beyond kServerTimingEntriesMax, or beyond
  // kServerTimingBytesMax (counted once for each header).
  std::size_t dropped = 0;
};

// The grammar (w3c.github.io/server-timing, RFC 9110 lists and parameters):
//   Server-Timing = #( name *( OWS ";" OWS param ) )    param = name OWS "=" OWS ( token / quoted )
// Read as browsers read it: lines are one list; parameter names ignore case, entry names do not;
// the first of a repeated parameter wins even if it is bad; junk before the next ',' or ';' is
// skipped, quoted strings in it whole; unknown parameters are ignored. Differences that a
// measurement needs: a duration that is missing or not a plain number is absent instead of 0; an
// entry with a malformed name is skipped alone instead of ending the list; an unclosed quote ends
// at the next delimiter.
ServerTimingHeader parse_server_timing(const std::vector<model::Header>& headers);

// The value of `dur`: a finite, non-negative decimal number in milliseconds, perhaps with a plus
// sign and between blanks, and nothing else. Locale-free. nullopt otherwise.
std::optional<double> parse_server_timing_duration(std::string_view text);

}  // namespace reinfer::probe
