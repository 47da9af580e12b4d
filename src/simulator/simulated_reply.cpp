#include "simulator/simulated_reply.h"

#include <fmt/format.h>

#include <iterator>

#include "base/gzip.h"
#include "base/text.h"

namespace reinfer::simulator {
namespace {

constexpr std::string_view kEdgeMetric = "cfL4;desc=\"?proto=TCP&rtt=2171\"";
constexpr std::string_view kEdgeMetricWithComma = "cfL4;desc=\"?proto=TCP&rtt=2171, min_rtt=1904\"";
constexpr double kExaggerationMilliseconds = 5000;

bool has_body(const Reply& reply) {
  return reply.status != 204 && reply.status != 304;
}

void add(std::string& head, std::string_view name, std::string_view value) {
  fmt::format_to(std::back_inserter(head), "{}: {}\r\n", name, value);
}

void add_usual(std::string& head, const Reply& reply, const Request& request, const Marks& marks) {
  if (!reply.content_type.empty() && has_body(reply)) add(head, "content-type", reply.content_type);
  if (reply.author == Author::stranger) return;
  add(head, "server", "cloudflare");
  add(head, "cf-ray", marks.ray + "-LHR");
  add(head, "cf-cache-status", "DYNAMIC");
  if (reply.author == Author::edge) return;
  add(head, "x-uipath-correlation-id", marks.correlation);
  add(head, "strict-transport-security", "max-age=15724800; includeSubDomains");
  // A request header cannot hold CR or LF any more, so echoing it is safe.
  const std::string_view id = request.header("x-request-id");
  if (!id.empty()) add(head, "x-request-id", id);
}

}  // namespace

Reply json_reply(int status, std::string body) {
  Reply reply;
  reply.status = status;
  reply.body = std::move(body);
  return reply;
}

Reply error_reply(int status, std::string_view message) {
  return json_reply(status,
                    fmt::format(R"({{"message":{},"status":"error"}})", json_string(message)));
}

Reply edge_reply(int status, std::string_view content_type, std::string_view body) {
  Reply reply;
  reply.status = status;
  reply.author = Author::edge;
  reply.content_type = content_type;
  reply.body = body;
  reply.timing = TimingStyle::absent;
  return reply;
}

std::string json_string(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : base::sanitise(text, 4096)) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

Rendered render(const Reply& reply, const Request& request, const Marks& marks, bool keep_alive) {
  Rendered rendered;
  rendered.body = reply.body;
  rendered.head = fmt::format("HTTP/1.1 {} {}\r\n", reply.status, reason_phrase(reply.status));
  add_usual(rendered.head, reply, request, marks);
  for (const Header& header : reply.headers)
    add(rendered.head, header.name, header.value);
  const bool wants_gzip =
      base::to_lower(request.header("accept-encoding")).find("gzip") != std::string::npos;
  if (wants_gzip && reply.compressible && !reply.body.empty()) {
    rendered.body = base::gzip(reply.body);
    add(rendered.head, "content-encoding", "gzip");
    add(rendered.head, "vary", "Accept-Encoding");
  }
  if (!has_body(reply))
    rendered.body.clear();
  else if (reply.delivery == Delivery::bad_chunking)
    add(rendered.head, "transfer-encoding", "chunked");
  else
    add(rendered.head, "content-length", std::to_string(rendered.body.size()));
  add(rendered.head, "connection", keep_alive ? "keep-alive" : "close");
  if (request.method == "HEAD") rendered.body.clear();
  return rendered;
}

std::string timing_lines(const Reply& reply, base::Nanoseconds took) {
  const double milliseconds = base::to_seconds(took) * 1e3;
  const std::string total = fmt::format("total;dur={:.3f}", milliseconds);
  switch (reply.timing) {
    case TimingStyle::truthful:
      return fmt::format("server-timing: {}\r\n", total);
    case TimingStyle::absent:
      return {};
    case TimingStyle::two_lines:
      return fmt::format("server-timing: {}\r\nserver-timing: {}\r\n", total, kEdgeMetric);
    case TimingStyle::joined:
      return fmt::format("server-timing: {}, {}\r\n", kEdgeMetricWithComma, total);
    case TimingStyle::exaggerated:
      return fmt::format("server-timing: total;dur={:.3f}\r\n",
                         milliseconds + kExaggerationMilliseconds);
    case TimingStyle::verbatim:
      return fmt::format("server-timing: {}\r\n", reply.timing_text);
  }
  return {};
}

}  // namespace reinfer::simulator
