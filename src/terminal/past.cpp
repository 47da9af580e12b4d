#include "terminal/past.h"

#include <fmt/format.h>

#include "base/duration.h"
#include "base/rfc3339.h"
#include "explain/outcome_words.h"

namespace reinfer::terminal {
namespace {

constexpr std::size_t kMessageIndent = 4;
constexpr std::size_t kFaultColumns = 11;
constexpr std::size_t kMarkColumns = 2;

// To the second.
std::string moment(base::WallTime t) {
  constexpr std::size_t kDayColumns = 10;
  constexpr std::size_t kTimeColumns = 8;
  const std::string text = base::rfc3339(t);
  return text.substr(0, kDayColumns) + " " + text.substr(kDayColumns + 1, kTimeColumns);
}

std::string incident_line(const record::IncidentFacts& incident, base::WallTime now,
                          const TerminalStyle& style) {
  const bool lasts = !incident.recovered.has_value();
  const std::string length =
      base::describe_duration(incident.recovered.value_or(now) - incident.since);
  std::string line =
      fmt::format("{}  {:<20}", moment(incident.since), lasts ? length + " so far" : length);
  line = painted(style, lasts ? Ink::strong : Ink::plain, line);
  line += "  " + painted(style, ink_of(incident.fault),
                         fmt::format("{}{:<{}}", fault_mark(style, incident.fault),
                                     model::to_label(incident.fault), kFaultColumns));
  line += fmt::format("  {:>8}  ", incident.failures);
  line += painted(style, Ink::strong, incident.tenant + "/" + incident.probe);
  line += fmt::format("  {}", model::to_label(incident.outcome));
  if (incident.maintained) line += ", in maintenance";
  if (incident.removed) line += ", not configured any more";
  return line + '\n';
}

std::string evidence_lines(const model::ProbeResult& result, const TerminalStyle& style) {
  const bool ok = result.outcome == model::Outcome::ok;
  std::string line = moment(result.finished.wall) + "  " + outcome_name(style, result.outcome);
  if (result.http_status) line += fmt::format("  {}", *result.http_status);
  if (result.phases.total) line += "  " + base::describe_duration(*result.phases.total);
  if (result.server_processing)
    line += "  server " + base::describe_duration(*result.server_processing);
  if (result.network_overhead)
    line += "  path " + base::describe_duration(*result.network_overhead);
  if (!ok) line += fmt::format("  fault: {}", explain::words_of(model::fault_of(result.outcome)));
  const std::string indent(kMessageIndent, ' ');
  line += '\n';
  if (!result.request_id.empty()) line += indent + "request id " + result.request_id + '\n';
  if (!ok && !result.message.empty())
    line += indent + wrapped(result.message, style.columns, kMessageIndent) + '\n';
  return line;
}

}  // namespace

std::string render_incidents(const std::vector<record::IncidentFacts>& incidents,
                             base::WallTime now, const TerminalStyle& style) {
  if (incidents.empty()) return "none\n";
  std::string text =
      painted(style, Ink::faint,
              fmt::format("{:<19}  {:<20}  {:<{}}  {:>8}  {}", "since (UTC)", "lasted", "fault",
                          kFaultColumns + (style.unicode ? kMarkColumns : 0), "failures",
                          "target, last outcome")) +
      '\n';
  for (const record::IncidentFacts& incident : incidents)
    text += incident_line(incident, now, style);
  return text;
}

std::string render_evidence(const std::vector<model::ProbeResult>& results,
                            const TerminalStyle& style) {
  std::string text;
  for (const model::ProbeResult& result : results)
    text += evidence_lines(result, style);
  return text;
}

}  // namespace reinfer::terminal
