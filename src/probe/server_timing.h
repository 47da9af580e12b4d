// Reader of the Server-Timing response header, in which the platform tells how long it took itself:
// `Server-Timing: total;dur=37.7`. A gateway in front may add entries and lines of its own, broken
// ones too, so this reads the header as browsers do and never lets a stranger's entry hide ours.
// Used by the judge. Pure, never throws, bounded. It does not know which entry matters.
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
  // Entries left out: with a broken name, beyond kServerTimingEntriesMax, or (counted once a
  // header, however much it was) beyond kServerTimingBytesMax.
  std::size_t dropped = 0;
};

// The grammar (w3c.github.io/server-timing, RFC 9110 lists and parameters):
//   Server-Timing = #( name *( OWS ";" OWS param ) )    param = name OWS "=" OWS ( token / quoted )
// read as browsers read it: lines are one list; parameter names ignore case, entry names do not;
// the first of a repeated parameter wins even if it is bad; junk up to the next ',' or ';' is
// passed over; unknown parameters are ignored. Differences, all for the sake of measuring: a
// duration that is missing or not a plain number is absent instead of 0; an entry whose name is no
// token is skipped alone instead of ending the list; a quote that never closes ends at the next
// delimiter.
ServerTimingHeader parse_server_timing(const std::vector<model::Header>& headers);

// The value of `dur`: a finite, non-negative decimal number from its first to its last character,
// in milliseconds. Locale-free. nullopt otherwise.
std::optional<double> parse_server_timing_duration(std::string_view text);

}  // namespace reinfer::probe
