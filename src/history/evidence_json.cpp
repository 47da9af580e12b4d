#include "history/evidence_json.h"

#include <nlohmann/json.hpp>

#include "base/deflate.h"
#include "record/evidence.h"

namespace reinfer::history {
namespace {

using nlohmann::json;

constexpr std::size_t kClockSources = 2;
constexpr std::size_t kJsonBytesMax = 4UL * 1024 * 1024;

// Text that evidence repeats; rows that are written with it cannot be read without it, so it is
// never changed: whoever wants a better one adds it, and tries both.
constexpr std::string_view kDictionary =
    R"~(The service is overloaded, try again later.the reply's body is notcould not connect )~"
    R"~(to timed out after "monitor_error""throttled""unauthorized""bad_body")~"
    R"~("connection_lost""tls_error""connect_timeout""connect_error""dns_error")~"
    R"~("not_the_api""edge_blocked""gateway_error""response_timeout""server_error",)~"
    R"~(["Retry-After",["vary","Accept-Encoding"],["content-encoding","gzip"],)~"
    R"~(["transfer-encoding","chunked"],["alt-svc","h3=\":443\"; ma=86400"],["set-cookie",)~"
    R"~("(not kept)"],["connection","keep-alive"],["Content-Type","application/json"],)~"
    R"~(["content-type","text/html; charset=UTF-8"],{"application_answered":false,)~"
    R"~("body_bytes":0,"cause":0,"clock_source":1,"clock_stepped":false,"connect":1000000,)~"
    R"~("connection_reused":true,"finished":17"first_http_status":401,"headers_dropped":0,)~"
    R"~("http_status":503,"message":"","network_overhead":2000000,"never_proxied":false,)~"
    R"~("outcome":"ok","pinned_address":"","receive":100000,"remote_address":"104.18.:443",)~"
    R"~("request_headers":[["Accept","application/json"],["Authorization","(not kept)"],)~"
    R"~(["User-Agent","reinfer_exporter/(+https://docs.uipath.com/communications-mining)"],)~"
    R"~(["Cache-Control","no-cache"],["x-request-id","-4"]],"request_id":"","resent":false,)~"
    R"~("resolve":1000000,"response_headers":[["date","Mon, Tue, Wed, Thu, Fri, Sat, Sun, )~"
    R"~(01 Jan 2026 00:00:00 GMT"],["content-type","application/json"],["content-length",)~"
    R"~("1"],["server","cloudflare"],["cf-ray","-LHR"],["cf-cache-status","DYNAMIC"],)~"
    R"~(["x-uipath-correlation-id","-4"],["strict-transport-security","max-age=15724800; )~"
    R"~(includeSubDomains"],["server-timing","total;dur="]],"retry_after":"send":100000,)~"
    R"~("server_processing":1000000,"server_timing":[["total",1.0,""]],)~"
    R"~("server_timing_dropped":0,"server_timing_state":0,"started":17,"tcp_retransmits":0,)~"
    R"~("tcp_rtt":1000000,"tls":10000000,"tls_cipher":"TLS_AES_256_GCM_SHA384",)~"
    R"~("tls_expiry":17,"tls_version":"TLSv1.3","total":100000000,"uncertainty_total":10000,)~"
    R"~("uncertainty_wait":10000,"wait":100000000})~";

// Each field is written and read by one overload, so that the list of fields stands in one place.
struct Writer {
  json document = json::object();

  template <typename Number>
  void field(const char* name, const Number& value) {
    document[name] = value;
  }
  void field(const char* name, const base::Nanoseconds& value) { document[name] = value.count(); }
  void field(const char* name, const base::WallTime& value) {
    document[name] = value.time_since_epoch().count();
  }
  template <typename Value>
  void field(const char* name, const std::optional<Value>& value) {
    if (value) field(name, *value);
  }
  void field(const char* name, const std::vector<model::Header>& headers) {
    json list = json::array();
    for (const model::Header& header : headers)
      list.push_back({header.name, header.value});
    document[name] = std::move(list);
  }
  void field(const char* name, const std::vector<model::ServerTiming>& entries) {
    json list = json::array();
    for (const model::ServerTiming& entry : entries)
      list.push_back({entry.name, entry.duration_ms ? json(*entry.duration_ms) : json(nullptr),
                      entry.description});
    document[name] = std::move(list);
  }
  // Of an enumerator that has no label.
  template <typename Enum>
  void number(const char* name, Enum value, std::size_t) {
    document[name] = static_cast<int>(value);
  }
};

struct Reader {
  const json& document;

  const json* find(const char* name) const {
    const auto found = document.find(name);
    return found == document.end() ? nullptr : &*found;
  }
  template <typename Number>
  void field(const char* name, Number& value) const {
    if (const json* found = find(name)) value = found->get<Number>();
  }
  void field(const char* name, base::Nanoseconds& value) const {
    if (const json* found = find(name)) value = base::Nanoseconds(found->get<std::int64_t>());
  }
  void field(const char* name, base::WallTime& value) const {
    if (const json* found = find(name))
      value = base::WallTime{base::Nanoseconds(found->get<std::int64_t>())};
  }
  template <typename Value>
  void field(const char* name, std::optional<Value>& value) const {
    if (find(name) == nullptr) return;
    field(name, value.emplace());
  }
  void field(const char* name, std::vector<model::Header>& headers) const {
    const json* found = find(name);
    if (found == nullptr) return;
    for (const json& header : *found)
      headers.push_back({header.at(0).get<std::string>(), header.at(1).get<std::string>()});
  }
  void field(const char* name, std::vector<model::ServerTiming>& entries) const {
    const json* found = find(name);
    if (found == nullptr) return;
    for (const json& entry : *found) {
      model::ServerTiming timing{entry.at(0).get<std::string>(), std::nullopt,
                                 entry.at(2).get<std::string>()};
      if (entry.at(1).is_number()) timing.duration_ms = entry.at(1).get<double>();
      entries.push_back(std::move(timing));
    }
  }
  template <typename Enum>
  void number(const char* name, Enum& value, std::size_t count) const {
    const json* found = find(name);
    if (found == nullptr) return;
    const auto stored = found->get<std::size_t>();
    if (stored < count) value = static_cast<Enum>(stored);
  }
};

template <typename Way, typename Phases>
void walk_phases(Way& way, Phases& phases) {
  way.field("resolve", phases.resolve);
  way.field("connect", phases.connect);
  way.field("tls", phases.tls);
  way.field("send", phases.send);
  way.field("wait", phases.wait);
  way.field("receive", phases.receive);
  way.field("total", phases.total);
}

// All fields but the outcome, whose label is written.
template <typename Way, typename Result>
void walk(Way& way, Result& result) {
  way.field("started", result.started.wall);
  way.field("finished", result.finished.wall);
  way.field("application_answered", result.application_answered);
  way.number("cause", result.cause, model::kCauseCount);
  way.field("message", result.message);
  way.field("request_id", result.request_id);
  way.field("http_status", result.http_status);
  way.field("first_http_status", result.first_http_status);
  way.field("request_headers", result.request_headers);
  way.field("response_headers", result.response_headers);
  way.field("retry_after", result.retry_after);
  walk_phases(way, result.phases);
  way.number("clock_source", result.clock_source, kClockSources);
  way.field("uncertainty_wait", result.uncertainty.wait);
  way.field("uncertainty_total", result.uncertainty.total);
  way.field("clock_stepped", result.uncertainty.clock_stepped);
  way.field("server_timing", result.server_timing);
  way.field("server_timing_dropped", result.server_timing_dropped);
  way.field("headers_dropped", result.headers_dropped);
  way.field("server_processing", result.server_processing);
  way.field("network_overhead", result.network_overhead);
  way.field("body_bytes", result.body_bytes);
  way.field("remote_address", result.remote_address);
  way.field("never_proxied", result.route.never_proxied);
  way.field("pinned_address", result.route.pinned_address);
  way.field("connection_reused", result.connection_reused);
  way.field("resent", result.resent);
}

template <typename Way, typename Tls>
void walk_tls(Way& way, Tls& tls) {
  way.field("tls_version", tls.version);
  way.field("tls_cipher", tls.cipher);
  way.field("tls_expiry", tls.earliest_expiry);
}

}  // namespace

base::Instant instant_of(base::WallTime when, base::Instant now) {
  return {when, now.mono - (now.wall - when)};
}

std::string to_stored_json(const model::ProbeResult& result) {
  Writer writer;
  writer.field("outcome", std::string(model::to_label(result.outcome)));
  walk(writer, result);
  if (result.tls) walk_tls(writer, *result.tls);
  if (result.tcp) {
    writer.field("tcp_rtt", result.tcp->rtt);
    writer.field("tcp_retransmits", result.tcp->retransmits);
  }
  if (result.server_timing_state)
    writer.number("server_timing_state", *result.server_timing_state,
                  model::kServerTimingStateCount);
  // A server's text need not be UTF-8.
  return writer.document.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::optional<model::ProbeResult> from_stored_json(std::string_view text, base::Instant now) {
  const json document = json::parse(text, nullptr, false);
  if (!document.is_object()) return std::nullopt;
  try {
    Reader reader{document};
    model::ProbeResult result;
    const auto outcome =
        model::outcome_from_label(document.at("outcome").get_ref<const std::string&>());
    if (!outcome) return std::nullopt;
    result.outcome = *outcome;
    walk(reader, result);
    if (document.contains("tls_version")) walk_tls(reader, result.tls.emplace());
    if (document.contains("tcp_retransmits")) {
      reader.field("tcp_rtt", result.tcp.emplace().rtt);
      reader.field("tcp_retransmits", result.tcp->retransmits);
    }
    if (document.contains("server_timing_state"))
      reader.number("server_timing_state", result.server_timing_state.emplace(),
                    model::kServerTimingStateCount);
    result.started = instant_of(result.started.wall, now);
    result.finished = instant_of(result.finished.wall, now);
    // Files of earlier versions hold cookies.
    return record::as_evidence(result);
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

std::string to_stored(const model::ProbeResult& result) {
  return base::deflated(to_stored_json(result), kDictionary);
}

std::optional<model::ProbeResult> from_stored(std::string_view bytes, base::Instant now) {
  if (bytes.starts_with('{')) return from_stored_json(bytes, now);
  const auto json = base::inflated(bytes, kJsonBytesMax, kDictionary);
  if (!json) return std::nullopt;
  return from_stored_json(*json, now);
}

}  // namespace reinfer::history
