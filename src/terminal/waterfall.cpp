#include "terminal/waterfall.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include "base/duration.h"
#include "model/figures.h"

namespace reinfer::terminal {
namespace {

constexpr std::size_t kRowNameColumns = 12;
constexpr std::size_t kDurationColumns = 10;
constexpr std::size_t kBarColumnsMin = 10;
constexpr std::size_t kBarColumnsMax = 100;
constexpr std::size_t kEighths = 8;
// One to seven eighths of a cell from the left, in UTF-8 (U+258F to U+2589).
constexpr std::array<std::string_view, kEighths - 1> kPartial = {
    "\xe2\x96\x8f", "\xe2\x96\x8e", "\xe2\x96\x8d", "\xe2\x96\x8c",
    "\xe2\x96\x8b", "\xe2\x96\x8a", "\xe2\x96\x89"};
constexpr std::string_view kFull = "\xe2\x96\x88";

struct Row {
  std::string name;
  base::Nanoseconds start{};
  base::Nanoseconds duration{};
  Ink ink = Ink::path;
  bool ended_here = false;
};

// Whether the outcome says that the exchange broke off, in its last phase.
bool broke_off(model::Outcome outcome) {
  constexpr std::array kBroken = {model::Outcome::response_timeout, model::Outcome::dns_error,
                                  model::Outcome::connect_error,    model::Outcome::connect_timeout,
                                  model::Outcome::tls_error,        model::Outcome::connection_lost,
                                  model::Outcome::proxy_error};
  return std::find(kBroken.begin(), kBroken.end(), outcome) != kBroken.end();
}

// The two shares of the wait, if the server says how long it took.
void add_shares(const model::ProbeResult& result, base::Nanoseconds start, std::vector<Row>& rows) {
  if (!result.server_processing || !result.network_overhead) return;
  const model::WaitShares shares =
      model::shares_of_wait(*result.phases.wait, *result.server_processing);
  rows.push_back({"  server", start, shares.server, Ink::server});
  rows.push_back({"  path", start + shares.server, shares.path, Ink::path});
}

std::vector<Row> rows_of(const model::ProbeResult& result) {
  const model::PhaseTimings& phases = result.phases;
  struct Phase {
    const char* name;
    const std::optional<base::Nanoseconds>& duration;
    Ink ink;
  };
  const std::array<Phase, 6> in_order = {{{"resolve", phases.resolve, Ink::path},
                                          {"connect", phases.connect, Ink::path},
                                          {"tls", phases.tls, Ink::path},
                                          {"send", phases.send, Ink::path},
                                          {"wait", phases.wait, Ink::plain},
                                          {"receive", phases.receive, Ink::path}}};
  std::vector<Row> rows;
  base::Nanoseconds start{0};
  for (const Phase& phase : in_order) {
    if (!phase.duration) continue;
    rows.push_back({phase.name, start, *phase.duration, phase.ink});
    if (&phase.duration == &phases.wait) add_shares(result, start, rows);
    start += *phase.duration;
  }
  if (!rows.empty() && broke_off(result.outcome)) {
    rows.back().ended_here = true;
    rows.back().ink = Ink::bad;
  }
  return rows;
}

// From the cell in which the phase starts. A phase of any duration has a mark.
std::string bar(const Row& row, base::Nanoseconds whole, std::size_t cells,
                const TerminalStyle& style) {
  if (row.duration <= base::Nanoseconds{0}) return std::string(cells, ' ');
  const double scale = 1 / base::to_seconds(whole);
  const auto width = static_cast<double>(cells);
  const auto from =
      std::min(static_cast<std::size_t>(std::max(0.0, base::to_seconds(row.start) * scale * width)),
               cells - 1);
  const auto room = (cells - from) * kEighths;
  const double eighths =
      base::to_seconds(row.duration) * scale * width * static_cast<double>(kEighths);
  const auto length = std::clamp(static_cast<std::size_t>(std::lround(std::max(0.0, eighths))),
                                 std::size_t{1}, room);
  std::string drawn;
  std::size_t used = 0;
  if (style.unicode) {
    for (; used < length / kEighths; ++used)
      drawn += kFull;
    if (length % kEighths != 0) {
      drawn += kPartial[length % kEighths - 1];
      ++used;
    }
  } else {
    used = std::max<std::size_t>(1, (length + kEighths / 2) / kEighths);
    drawn = length < kEighths / 2 ? "|" : std::string(used, '#');
  }
  return std::string(from, ' ') + painted(style, row.ink, drawn) +
         std::string(cells - from - used, ' ');
}

std::size_t bar_columns(const TerminalStyle& style) {
  const std::size_t others = 2 + kRowNameColumns + kDurationColumns + 1;
  const std::size_t left = style.columns > others ? style.columns - others : 0;
  return std::clamp(left, kBarColumnsMin, kBarColumnsMax);
}

}  // namespace

std::string render_waterfall(const model::ProbeResult& result, const TerminalStyle& style) {
  const std::vector<Row> rows = rows_of(result);
  if (rows.empty()) return "";
  const base::Nanoseconds end = rows.back().start + rows.back().duration;
  const base::Nanoseconds whole = std::max(end, result.phases.total.value_or(end));
  const std::size_t cells = bar_columns(style);
  std::string text;
  for (const Row& row : rows) {
    const Ink ink = row.ended_here ? Ink::bad : Ink::plain;
    text += "  " + painted(style, ink, fmt::format("{:<{}}", row.name, kRowNameColumns));
    text += bar(row, whole, cells, style);
    text +=
        painted(style, ink,
                fmt::format(" {:>{}}", base::describe_duration(row.duration), kDurationColumns));
    text += '\n';
  }
  const Row& last = rows.back();
  if (last.ended_here)
    text += fmt::format("  {:<{}}{}\n", "", kRowNameColumns,
                        painted(style, Ink::bad, "it ended here, in " + last.name));
  return text + fmt::format("  {:<{}}{:>{}}\n", "total", kRowNameColumns,
                            base::describe_duration(result.phases.total.value_or(end)),
                            cells + 1 + kDurationColumns);
}

}  // namespace reinfer::terminal
