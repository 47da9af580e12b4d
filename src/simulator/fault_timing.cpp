#include <array>

#include "simulator/fault.h"

namespace reinfer::simulator {
namespace {

using enum ParameterKind;
using enum FaultScope;

// None of these gives a duration that may be believed.
constexpr auto kMalformed = std::to_array<std::string_view>({
    "total",
    "total;dur",
    "total;dur=",
    "total;dur=\"\"",
    "total;dur=NaN",
    "total;dur=inf",
    "total;dur=-5",
    "total;dur=1e400",
    "total;dur=0x10",
    "total;dur=..5",
    "total dur=5",
    "total;desc=\"unterminated;dur=5",
    "total;dur=abc;dur=5",
    ";;;",
    ",,,",
    ";dur=5",
    "=;=,=;=",
    "\x80\xfe\xff",
});

template <TimingStyle kStyle>
void say_time_as(const FaultContext&, Reply& reply) {
  reply.timing = kStyle;
}

void say_time(Reply& reply, std::string_view text) {
  reply.timing = TimingStyle::verbatim;
  reply.timing_text = text;
}

void malformed(const FaultContext& context, Reply& reply) {
  const std::uint64_t chosen = context.parameter.number;
  const std::uint64_t index = chosen > 0 ? chosen - 1 : context.turn;
  say_time(reply, kMalformed[index % kMalformed.size()]);
}

constexpr auto kTimingFaults = std::to_array<FaultMode>({
    {"no_server_timing", none, "", request, "ok", "no Server-Timing header",
     say_time_as<TimingStyle::absent>},
    {"two_server_timing_lines", none, "", request, "ok", "a second Server-Timing line, of the edge",
     say_time_as<TimingStyle::two_lines>},
    {"server_timing_joined", none, "", request, "ok",
     "one comma-joined Server-Timing line, with a comma inside quotes",
     say_time_as<TimingStyle::joined>},
    {"server_timing_malformed", count, "0", request, "ok",
     "a malformed Server-Timing, the n-th of a list, 0 for all in turn", malformed},
    {"server_timing_invalid", none, "", request, "ok", "total;dur=abc",
     [](const FaultContext&, Reply& reply) { say_time(reply, "total;dur=abc"); }},
    {"dur_gt_client", none, "", request, "ok", "claims five seconds more than it took",
     say_time_as<TimingStyle::exaggerated>},
});

}  // namespace

std::span<const FaultMode> timing_faults() {
  return kTimingFaults;
}

}  // namespace reinfer::simulator
