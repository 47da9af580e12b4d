// The pictures of the status page, drawn as SVG without any script: a sparkline, the bar that
// splits a latency, bars over time, a waterfall, the strip of a day. Each has a title that says the
// same in words, for readers who do not see it. Colours come from the style sheet by class. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "page/html.h"
#include "page/latency_split.h"
#include "record/recent_results.h"

namespace reinfer::page {

using LatencyLimit = std::optional<model::LatencyObjective>;

// Good probes above the limit have a mark of their own in both pictures: too slow is no failure.
void draw_sparkline(Html& html, const std::vector<record::RecentSample>& samples,
                    const LatencyLimit& limit);
void draw_split(Html& html, const LatencySplit& split);
// Bars of up to RecentResults::kSamplesKept probes, oldest first. A bar of `longest` microseconds
// has the full height; longer ones are cut off. The limit is a line across, where it is in view.
void draw_latencies(Html& html, const std::vector<record::RecentSample>& samples, double longest,
                    const LatencyLimit& limit);
// The line of a limit in a chart of that width and height, whose top is at `longest` microseconds.
void draw_limit(Html& html, const LatencyLimit& limit, double longest, double width, double height);
// The height of a chart of latencies: room for the limit too, unless they are far below it.
double scale_of(double longest, const LatencyLimit& limit);
void draw_waterfall(Html& html, const record::RecentSample& sample, double longest);
void draw_day(Html& html, const std::vector<record::AvailabilityBin>& day);
// The mark of what is too slow, for legends.
void draw_late_key(Html& html);
// A small sample of a phase's colour, for legends: "resolve", "connect", "tls", "server", ...
void draw_phase_key(Html& html, const std::string& phase);

}  // namespace reinfer::page
