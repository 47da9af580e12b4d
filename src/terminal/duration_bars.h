// A small histogram of durations for the summary of `reinfer_exporter probe --repeat`: a few lines,
// each a range and a bar. The ranges are equally wide on a logarithmic scale from the least to the
// greatest value, because latencies have long tails. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/clock.h"
#include "terminal/style.h"

namespace reinfer::terminal {

// Fewer have no distribution to show.
inline constexpr std::size_t kHistogramValuesMin = 5;

// `values`: in rising order. Each line begins with `indent` blanks and a newline ends it. "" for
// fewer than kHistogramValuesMin values and for values that are all alike.
std::string render_histogram(const std::vector<base::Nanoseconds>& values, std::size_t indent,
                             const TerminalStyle& style);

}  // namespace reinfer::terminal
