// The pictures of the status page, drawn as SVG without any script: a sparkline, the bar that
// splits a latency, bars over time, a waterfall, the strip of a day. Each has a text that says the
// same for whoever does not see it. Colours come from the style sheet by class, and faults differ
// in shape too. Pure.
#pragma once

#include <string>
#include <vector>

#include "page/html.h"
#include "record/recent_results.h"

namespace reinfer::page {

// Mean time of the ok samples, microseconds each; `network` is what the wait has beyond the
// server's own share, and the sending.
struct LatencySplit {
  double resolve = 0;
  double connect = 0;
  double tls = 0;
  double server = 0;
  double network = 0;
  double receive = 0;
  double unsplit = 0;  // of waits whose server did not say how long it took
  std::size_t samples = 0;

  double total() const { return resolve + connect + tls + server + network + receive + unsplit; }
  bool operator==(const LatencySplit&) const = default;
};

LatencySplit split_of(const record::RecentSample& sample);
LatencySplit mean_split(const std::vector<record::RecentSample>& samples);
// "resolve 0.5 ms, connect 0.6 ms, TLS 3.1 ms, server 20 ms, network 0.4 ms, receive 0.1 ms"
std::string describe_split(const LatencySplit& split);
// "41.2 ms" of microseconds.
std::string describe_microseconds(double count);

// A shape in the fault's colour, beside a text that names it.
void draw_icon(Html& html, model::Fault fault);
// Of something that has no fault: "paused", "waiting".
void draw_state_icon(Html& html, const char* state);
// The shapes themselves, once a page.
void draw_symbols(Html& html);

void draw_sparkline(Html& html, const std::vector<record::RecentSample>& samples);
void draw_split(Html& html, const LatencySplit& split);
// Bars of up to RecentResults::kSamplesKept probes, oldest first, as high as they took of
// `longest`.
void draw_latencies(Html& html, const std::vector<record::RecentSample>& samples, double longest);
void draw_waterfall(Html& html, const record::RecentSample& sample, double longest);
void draw_day(Html& html, const std::vector<record::AvailabilityBin>& day);
// A small sample of a phase's colour, for legends: "resolve", "connect", "tls", "server", ...
void draw_phase_key(Html& html, const std::string& phase);

}  // namespace reinfer::page
