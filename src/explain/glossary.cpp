#include "explain/glossary.h"

namespace reinfer::explain {
namespace {

constexpr GlossaryEntry kGlossary[] = {
    {"probe", "One request to the API, and what it came to."},
    {"slot", "A time at which a probe is due."},
    {"grid", "All slots of a probe: one every interval, never moved by what happened before."},
    {"edge", "The layers in front of the application: gateways, firewalls, portals."},
    {"control",
     "A server that has nothing to do with the API: while it answers, our own network works."},
    {"vantage", "A place that is probed from, with an exporter of its own."},
    {"total", "Time from the start of a request to the last byte of the reply."},
    {"wait", "Time from the request sent to the first byte of the reply, a part of the total."},
    {"server time", "The time that the server says it took, in the Server-Timing of its reply."},
    {"path",
     "Wait minus server time, at least 0: the network, and the queues in front of the "
     "application."},
    {"p50, p90, p95, p99",
     "The smallest measured time that 50, 90, 95 or 99 % of the times do not exceed."},
    {"available", "Good probes over good and bad ones; those that do not count are neither."},
    {"error budget",
     "The share of events that may be bad by an objective: 99.9 % allows one in a thousand."},
    {"too slow", "Ok, but above the latency objective: no failure. Slow is within it."},
};

}  // namespace

std::span<const GlossaryEntry> glossary() {
  return kGlossary;
}

}  // namespace reinfer::explain
