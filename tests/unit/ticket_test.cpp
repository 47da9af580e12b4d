#include "explain/ticket.h"

#include <doctest/doctest.h>

#include "tests/unit/plans.h"

namespace reinfer::tests::ticket_test {
namespace {

using namespace std::chrono_literals;
using explain::TicketFormat;

constexpr base::WallTime kSince{1'800'000'000s};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

record::IncidentFacts incident() {
  record::IncidentFacts facts;
  facts.tenant = "acme";
  facts.probe = "projects";
  facts.url = "https://acme.reinfer.io/api/v1/projects";
  facts.since = kSince;
  facts.recovered = kSince + 125min;
  facts.fault = model::Fault::platform;
  facts.outcome = model::Outcome::server_error;
  facts.failures = 12;
  facts.counts[0] = 5;
  facts.counts[static_cast<std::size_t>(model::Fault::platform)] = 12;
  return facts;
}

model::ProbeResult failure() {
  model::ProbeResult result;
  result.outcome = model::Outcome::server_error;
  result.started = result.finished = {kSince, base::MonoTime{}};
  result.http_status = 500;
  result.request_id = "ours-1";
  result.message = "boom | `rm`";
  result.phases.total = 31ms;
  result.server_processing = 20ms;
  result.response_headers = {{"X-Request-Id", "theirs-1"}, {"Server", "nginx"}};
  return result;
}

std::string ticket_of(const record::IncidentFacts& facts,
                      const std::vector<model::ProbeResult>& evidence,
                      TicketFormat format = TicketFormat::markdown,
                      const model::Plan* plan = nullptr) {
  return explain::incident_ticket({facts, evidence, plan, kSince + 3h}, format);
}

TEST_CASE("a ticket has the ids of both sides, the server's time, and how often it failed") {
  for (const TicketFormat format : {TicketFormat::markdown, TicketFormat::text}) {
    const std::string ticket = ticket_of(incident(), {failure()}, format);
    // Two good ones in between; the last three ended it.
    for (const char* expected :
         {"server_error at acme/projects", "12 of 14 requests failed", "2 h 5 min", "ours-1",
          "x-request-id: theirs-1", "31 ms", "20 ms", "Requests that failed (1 of 12)"})
      CHECK_MESSAGE(has(ticket, expected), expected);
    CHECK_FALSE(has(ticket, "nginx"));
  }
}

TEST_CASE("a ticket claims to have ruled out only what the incident proves") {
  record::IncidentFacts facts = incident();
  CHECK(has(ticket_of(facts, {failure()}), "The way to you: 1 of 1"));
  model::ProbeResult silent = failure();
  silent.http_status.reset();
  CHECK_FALSE(has(ticket_of(facts, {silent}), "The way to you"));
  CHECK(has(ticket_of(facts, {}), "The token: no reply"));
  facts.counts[static_cast<std::size_t>(model::Fault::credentials)] = 1;
  CHECK_FALSE(has(ticket_of(facts, {}), "The token: no reply"));
  facts.recovered.reset();
  CHECK_FALSE(has(ticket_of(facts, {}), "answered well again"));
  CHECK(has(ticket_of(facts, {}), "it lasts"));
}

TEST_CASE("a stranger's text ends no cell of a ticket's table and begins no code") {
  CHECK(has(ticket_of(incident(), {failure()}), "boom \\| \\`rm\\`"));
  CHECK(has(ticket_of(incident(), {failure()}, TicketFormat::text), "boom | `rm`"));
}

TEST_CASE("a ticket ends with the curl line, without the token, if the target is configured") {
  const auto plan = plan_from(R"(
[[tenant]]
name = "acme"
base_url = "https://acme.reinfer.io"
token_env = "ACME_TOKEN"
[[tenant.probe]]
use = "projects"
)");
  const std::string ticket = ticket_of(incident(), {failure()}, TicketFormat::markdown, plan.get());
  CHECK(has(ticket, "curl -sS"));
  CHECK(has(ticket, "$ACME_TOKEN"));
  record::IncidentFacts gone = incident();
  gone.probe = "gone";
  CHECK_FALSE(has(ticket_of(gone, {failure()}, TicketFormat::markdown, plan.get()), "curl"));
}

}  // namespace
}  // namespace reinfer::tests::ticket_test
