#include "explain/ticket.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/duration.h"
#include "base/rfc3339.h"
#include "base/text.h"
#include "explain/curl_line.h"
#include "explain/outcome_words.h"
#include "record/health_state.h"

namespace reinfer::explain {
namespace {

constexpr std::size_t kIdBytesMax = 120;
constexpr const char* kDash = "-";

constexpr std::array<std::string_view, 9> kIdHeaders = {
    "x-request-id", "x-correlation-id", "x-ms-request-id", "x-uipath-correlation-id",
    "traceparent",  "cf-ray",           "x-azure-ref",     "x-amzn-trace-id",
    "x-amz-cf-id"};

// One document in either form.
class Ticket {
 public:
  explicit Ticket(TicketFormat format) : markdown_(format == TicketFormat::markdown) {}

  void title(const std::string& text) {
    out_ += markdown_ ? fmt::format("# {}\n\n", text) : fmt::format("{}\n\n", text);
  }
  void heading(const std::string& text) {
    out_ += markdown_ ? fmt::format("\n## {}\n\n", text) : fmt::format("\n{}:\n", text);
  }
  void field(const std::string& name, const std::string& value) {
    out_ += markdown_ ? fmt::format("- **{}:** {}\n", name, plain(value))
                      : fmt::format("{}: {}\n", name, value);
  }
  void bullet(const std::string& text) {
    out_ += fmt::format("{} {}\n", "-", markdown_ ? plain(text) : text);
  }
  void row(const std::vector<std::string>& cells, bool first) {
    if (!markdown_) {
      out_ += base::join(cells, "  ") + "\n";
      return;
    }
    for (const std::string& cell : cells)
      out_ += "| " + plain(cell) + " ";
    out_ += "|\n";
    if (first) {
      for (std::size_t i = 0; i < cells.size(); ++i)
        out_ += "|---";
      out_ += "|\n";
    }
  }
  void command(const std::string& line) {
    out_ += markdown_ ? fmt::format("```sh\n{}\n```\n", line) : line + "\n";
  }
  std::string take() { return std::move(out_); }

 private:
  // Text of strangers must not end a cell or begin a mark.
  static std::string plain(const std::string& text) {
    std::string safe;
    for (const char c : text) {
      if (c == '|' || c == '`' || c == '*' || c == '<' || c == '[') safe += '\\';
      safe += c == '\n' ? ' ' : c;
    }
    return safe;
  }

  const bool markdown_;
  std::string out_;
};

std::string took_text(const std::optional<base::Nanoseconds>& took) {
  return took ? base::describe_duration(std::chrono::round<std::chrono::milliseconds>(*took))
              : kDash;
}

std::string utc(base::WallTime when) {
  return base::rfc3339(std::chrono::floor<std::chrono::milliseconds>(when));
}

void write_requests(const TicketFacts& facts, Ticket& ticket) {
  std::vector<const model::ProbeResult*> failures;
  for (const model::ProbeResult& result : facts.evidence)
    if (result.outcome != model::Outcome::ok) failures.push_back(&result);
  if (failures.empty()) return;
  const std::size_t shown = std::min(failures.size(), kTicketRequestsMax);
  ticket.heading(fmt::format("Requests that failed ({} of {})", shown, facts.incident.failures));
  ticket.row(
      {"Sent (UTC)", "Result", "HTTP", "Took", "Server-Timing total", "Our request id", "Your ids"},
      true);
  for (std::size_t i = 0; i < shown; ++i) {
    const model::ProbeResult& result = *failures[i];
    const auto ids = platform_ids(result);
    ticket.row({utc(result.started.wall), std::string(model::to_label(result.outcome)),
                result.http_status ? std::to_string(*result.http_status) : kDash,
                took_text(result.phases.total), took_text(result.server_processing),
                result.request_id.empty() ? kDash : result.request_id,
                ids.empty() ? kDash : base::join(ids, ", ")},
               false);
  }
  for (const model::ProbeResult* result : failures)
    if (!result->message.empty()) {
      ticket.bullet(fmt::format("Message: {}", base::sanitise(result->message, 300)));
      break;
    }
}

// Only what the evidence proves.
void write_ruled_out(const TicketFacts& facts, Ticket& ticket) {
  std::size_t answered = 0;
  std::size_t failures = 0;
  for (const model::ProbeResult& result : facts.evidence) {
    if (result.outcome == model::Outcome::ok) continue;
    ++failures;
    if (result.http_status) ++answered;
  }
  const auto count = [&](model::Fault fault) {
    return facts.incident.counts[static_cast<std::size_t>(fault)];
  };
  ticket.heading("What was ruled out");
  if (answered > 0)
    ticket.bullet(
        fmt::format("The way to you: {} of {} of these requests had an HTTP reply, so "
                    "name, connection and TLS worked.",
                    answered, failures));
  if (count(model::Fault::credentials) == 0)
    ticket.bullet("The token: no reply of the incident was a 401 or 403.");
  if (count(model::Fault::request) == 0)
    ticket.bullet("The request: no reply of the incident called it wrong.");
  if (count(model::Fault::monitor) == 0)
    ticket.bullet("The monitor: no request of the incident failed on our side.");
  if (facts.incident.recovered)
    ticket.bullet(fmt::format("A change of ours: the same request is answered well again since {}.",
                              utc(*facts.incident.recovered)));
}

}  // namespace

std::string failures_text(const record::IncidentFacts& incident) {
  // Without the good ones at the end, which ended it.
  const std::uint64_t last = incident.recovered ? record::kGoodToRecover : incident.good_in_a_row;
  const std::uint64_t good = incident.counts[0] - std::min(incident.counts[0], last);
  return fmt::format("{} of {} requests failed", incident.failures, incident.failures + good);
}

std::string length_text(const record::IncidentFacts& incident, base::WallTime now) {
  const base::Nanoseconds length = incident.recovered.value_or(now) - incident.since;
  const std::string text = base::describe_duration(
      std::max<base::Nanoseconds>(std::chrono::floor<std::chrono::seconds>(length), {}));
  return incident.recovered ? text : text + " so far";
}

std::vector<std::string> platform_ids(const model::ProbeResult& result) {
  std::vector<std::string> ids;
  for (const model::Header& header : result.response_headers) {
    const std::string name = base::to_lower(header.name);
    if (std::find(kIdHeaders.begin(), kIdHeaders.end(), name) != kIdHeaders.end())
      ids.push_back(fmt::format("{}: {}", name, base::sanitise(header.value, kIdBytesMax)));
  }
  return ids;
}

std::string incident_ticket(const TicketFacts& facts, TicketFormat format) {
  const record::IncidentFacts& incident = facts.incident;
  Ticket ticket(format);
  ticket.title(fmt::format("Re:infer API: {} at {}/{}", model::to_label(incident.outcome),
                           incident.tenant, incident.probe));
  ticket.field("Endpoint", incident.url);
  ticket.field("Since", utc(incident.since));
  ticket.field("Until", incident.recovered ? utc(*incident.recovered) : "it lasts");
  ticket.field("Length", length_text(incident, facts.now));
  ticket.field("Requests", failures_text(incident));
  ticket.field("Fault, as we judge it", std::string(words_of(incident.fault)));
  ticket.field("Meaning", std::string(words_of(incident.outcome).what));
  if (incident.maintained) ticket.field("Maintenance", "it began in a window that was announced");
  write_requests(facts, ticket);
  write_ruled_out(facts, ticket);
  const auto failed =
      std::find_if(facts.evidence.begin(), facts.evidence.end(),
                   [](const auto& result) { return result.outcome != model::Outcome::ok; });
  if (facts.plan != nullptr && failed != facts.evidence.end()) {
    const auto target = facts.plan->find_target(incident.tenant, incident.probe);
    if (target) {
      model::ProbeResult result = *failed;
      result.target = *target;
      ticket.heading("To see it");
      ticket.command(to_curl_line(*facts.plan, result));
    }
  }
  return ticket.take();
}

}  // namespace reinfer::explain
