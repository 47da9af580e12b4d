#include "tests/fuzz/targets.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/duration.h"
#include "base/text.h"
#include "config/base_url.h"
#include "config/document.h"
#include "config/load_plan.h"
#include "discover/proposed_toml.h"
#include "http/request_parser.h"
#include "http/web_config.h"
#include "migrate/imported_toml.h"
#include "probe/judge.h"
#include "probe/reply_body.h"
#include "probe/retry_after.h"
#include "probe/server_timing.h"
#include "tests/fuzz/second_opinions.h"

namespace reinfer::tests {
namespace {

using base::check;

constexpr unsigned kWireErrors = static_cast<unsigned>(model::WireError::monitor) + 1;

bool is_shown_safely(std::string_view text) {
  return base::sanitise(text, text.size()) == text;
}

void server_timing(std::string_view bytes) {
  const auto header = probe::parse_server_timing({{"Server-Timing", std::string(bytes)}});
  for (const model::ServerTiming& entry : header.entries)
    if (entry.duration_ms)
      check(std::isfinite(*entry.duration_ms) && *entry.duration_ms >= 0,
            "a duration is finite and not negative");
  if (const auto number = probe::parse_server_timing_duration(bytes))
    check(std::isfinite(*number) && *number >= 0, "a duration is finite and not negative");
  if (bytes.size() > kOpinionBytesMax) return;
  const auto second = second_server_timing(bytes);
  if (second.size() > probe::kServerTimingEntriesMax) return;
  check(second.size() == header.entries.size(), "both see as many entries");
  for (std::size_t i = 0; i < second.size(); ++i) {
    check(second[i].name == header.entries[i].name, "both see the same name");
    check(second[i].description == header.entries[i].description, "both see the same words");
    check(second[i].duration_ms == header.entries[i].duration_ms, "both see the same duration");
  }
}

// A second opinion: the whole document, where ours reads as a stream.
void reply(std::string_view bytes) {
  const probe::Reply ours = probe::parse_reply(bytes, "dataset");
  const auto theirs = nlohmann::json::parse(bytes, nullptr, false);
  check(ours.is_object == theirs.is_object(), "both see an object");
  if (!theirs.is_object()) return;
  const bool has_status = theirs.contains("status") && theirs["status"].is_string();
  check(ours.status.has_value() == has_status, "both see a status");
  if (has_status)
    check(*ours.status == theirs["status"].get<std::string>(), "both see the same status");
  const bool has_key = theirs.contains("dataset") && !theirs["dataset"].is_null();
  check(ours.key_type.has_value() == has_key, "both see the key");
  check(ours.key_length.has_value() == (has_key && theirs["dataset"].is_array()),
        "both see an array");
  if (ours.key_length)
    check(*ours.key_length == theirs["dataset"].size(), "both see an array of the same length");
}

void retry_after(std::string_view bytes) {
  const base::WallTime now{std::chrono::seconds(784111777)};
  const auto wait = probe::parse_retry_after({{"Retry-After", std::string(bytes)}}, now);
  if (wait) check(*wait >= base::Nanoseconds{0}, "nobody waits for less than nothing");
  if (const auto second = second_retry_after(bytes, now, probe::kRetryAfterMax))
    check(wait == second, "both wait as long");
}

std::optional<std::string> no_problem(const model::TokenSource&) {
  return std::nullopt;
}

void config(std::string_view bytes) {
  const auto plan = config::parse_plan(bytes, "fuzz.toml", no_problem);
  check(plan || !plan.error().empty(), "a plan or a reason");
  if (plan) return;
  for (const base::Problem& problem : plan.error())
    check(is_shown_safely(base::to_string(problem)), "a problem is safe to print");
}

void web_config(std::string_view bytes) {
  const auto config = http::parse_web_config(bytes, "fuzz.yml");
  check(config || !config.error().empty(), "a configuration or a reason");
}

// Whatever a tenant lists, what is proposed is a configuration.
void listing(std::string_view bytes) {
  discover::Survey survey;
  for (const char* use : {"projects", "datasets", "sources"})
    survey.push_back(discover::read_listing({use, use}, model::Outcome::ok, "", bytes));
  const discover::TenantAccess access{"t", "https://t.reinfer.io", "T", "", "", ""};
  const auto toml = discover::proposed_toml(access, discover::propose(survey));
  check(toml.has_value(), "a proposal is a good configuration");
}

// Two files, with a line of three hyphens between them.
void blackbox(std::string_view bytes) {
  constexpr std::string_view kBetween = "\n---\n";
  const auto between = bytes.find(kBetween);
  if (between == std::string_view::npos) return;
  const auto modules = migrate::read_modules(bytes.substr(0, between), "b.yml");
  const auto jobs = migrate::read_scrape_jobs(bytes.substr(between + kBetween.size()), "p.yml");
  if (!modules || !jobs) return;
  const migrate::Imported made = migrate::import_jobs(*modules, *jobs, "b.yml", "p.yml");
  check(config::parse_document(made.toml, "made.toml").has_value(), "what is written is TOML");
}

void duration(std::string_view bytes) {
  const auto length = base::parse_duration(bytes);
  if (length)
    check(base::parse_duration(base::format_duration(*length)) == length,
          "a duration is written as it is read");
  if (bytes.size() <= kOpinionBytesMax)
    check(length == second_duration(bytes), "both see the same duration");
}

void base_url(std::string_view bytes) {
  const auto url = config::parse_base_url(bytes);
  check(url || !url.error().empty(), "an address or a reason");
  if (!url) return;
  const auto again = config::parse_base_url(url->url);
  check(again && again->url == url->url, "what is kept of an address is kept of itself");
  check(url->url.starts_with("https://") || url->url.starts_with("http://"), "a scheme");
  const std::string_view rest = std::string_view(url->url).substr(url->url.find("://") + 3);
  check(rest.starts_with(url->host), "the host is next to the scheme");
  check(rest.substr(0, rest.find('/')).find('@') == std::string_view::npos,
        "no user and no password");
}

void request(std::string_view bytes) {
  const http::ParseResult parsed = http::parse_request(bytes, {});
  if (const auto second = second_framing(bytes)) {
    check(parsed.state == http::ParseResult::State::complete, "both see a request");
    check(parsed.head_bytes == second->first && parsed.body_bytes == second->second,
          "both see where it ends");
  }
  if (parsed.state != http::ParseResult::State::complete) return;
  check(parsed.head_bytes + parsed.body_bytes <= bytes.size(), "a request is within its bytes");
  check(http::relevant_head(bytes, parsed).size() <= parsed.head_bytes,
        "what concerns the answer is part of the head");
  // What was complete stays so, whatever follows.
  const std::string longer = std::string(bytes) + "GET / HTTP/1.1\r\n\r\n";
  check(http::parse_request(longer, {}).head_bytes == parsed.head_bytes,
        "what follows a request changes nothing in it");
}

// The first bytes choose the facts, the rest is the body.
void judged(std::string_view bytes) {
  if (bytes.size() < 4) return;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  model::Exchange exchange;
  exchange.error = static_cast<model::WireError>(byte(0) % kWireErrors);
  exchange.http_status = 100 + (byte(1) | (byte(2) << 8)) % 500;
  if (byte(3) % 2 == 0) exchange.headers.push_back({"Retry-After", std::string(bytes.substr(4))});
  exchange.body = bytes.substr(4);
  exchange.error_text = exchange.body;
  const model::Target target;
  probe::Started started;
  started.bearer = base::Secret("the-token-that-was-sent");
  const model::ProbeResult result = probe::judge(target, started, std::move(exchange));
  check(is_shown_safely(result.message), "a message is safe to show");
  check(result.message.find(started.bearer.reveal()) == std::string::npos,
        "a message never holds the token");
}

// What a peer may write, and who writes it so.
struct Written {
  std::string_view body;
  Writer writer;
};
constexpr Written kWritten[] = {
    {R"({"status":"ok","dataset":{}})", Writer::application_ok},
    {R"({"status":"ok"})", Writer::application_ok},
    {R"({"status":"error","message":"no"})", Writer::application_error},
    {R"({"message":"no","status":"error"})", Writer::application_error},
    {R"({"status":"odd"})", Writer::application_other},
    {R"({"status":200,"title":"no"})", Writer::stranger},
    {R"({"status":null})", Writer::stranger},
    {R"(["status","ok"])", Writer::stranger},
    {R"({"status":"ok")", Writer::stranger},
    {R"({"a":{"status":"ok"}})", Writer::stranger},
    {"<html>login</html>", Writer::stranger},
    {"", Writer::stranger},
};

// Six bytes: error, status (two), body, expected status (two).
void verdict(std::string_view bytes) {
  if (bytes.size() < 6) return;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const Written& written = kWritten[byte(3) % std::size(kWritten)];
  model::Exchange exchange;
  exchange.error = static_cast<model::WireError>(byte(0) % kWireErrors);
  if (byte(1) != 0) exchange.http_status = 100 + (byte(1) | (byte(2) << 8)) % 500;
  exchange.body = written.body;
  model::Target target;
  if (byte(4) != 0) target.expectation.http_status = 200 + (byte(4) | (byte(5) << 8)) % 400;
  const auto status = exchange.http_status;
  const auto error = exchange.error;
  const model::ProbeResult result = probe::judge(target, {}, std::move(exchange));
  const auto second = second_verdict(error, status, written.writer, target.expectation.http_status);
  check(result.outcome == second, "both judge alike");
}

constexpr FuzzTarget kTargets[] = {
    {"server_timing", server_timing},
    {"reply", reply},
    {"retry_after", retry_after},
    {"config", config},
    {"web_config", web_config},
    {"listing", listing},
    {"blackbox", blackbox},
    {"duration", duration},
    {"base_url", base_url},
    {"request", request},
    {"judge", judged},
    {"verdict", verdict},
};

}  // namespace

std::span<const FuzzTarget> fuzz_targets() {
  return kTargets;
}

}  // namespace reinfer::tests
