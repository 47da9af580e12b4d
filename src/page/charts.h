// The pictures of the status page, drawn as SVG without any script: a sparkline, the bar that
// splits a latency, bars over time, a waterfall, the strip of a day. Each has a title that says the
// same in words, for readers who do not see it. Colours come from the style sheet by class. Pure.
#pragma once

#include <string>
#include <vector>

#include "page/html.h"
#include "page/latency_split.h"
#include "record/recent_results.h"

namespace reinfer::page {

void draw_sparkline(Html& html, const std::vector<record::RecentSample>& samples);
void draw_split(Html& html, const LatencySplit& split);
// Bars of up to RecentResults::kSamplesKept probes, oldest first. A bar of `longest` microseconds
// has the full height; longer ones are cut off.
void draw_latencies(Html& html, const std::vector<record::RecentSample>& samples, double longest);
void draw_waterfall(Html& html, const record::RecentSample& sample, double longest);
void draw_day(Html& html, const std::vector<record::AvailabilityBin>& day);
// A small sample of a phase's colour, for legends: "resolve", "connect", "tls", "server", ...
void draw_phase_key(Html& html, const std::string& phase);

}  // namespace reinfer::page
