#include <fmt/format.h>

#include "simulator/fault.h"
#include "simulator/gzip_bomb.h"

namespace reinfer::simulator {
namespace {

using enum ParameterKind;
using enum FaultScope;

// A correct gzip header, then a deflate block of the reserved type 3: undecodable from the start.
constexpr std::string_view kBadGzip{"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x07 not deflate", 23};
constexpr std::string_view kGarbage{"\x15\x03\x01\x00\x02\x02\x46 SSH-2.0-nonsense\r\n", 26};

template <Delivery kDelivery>
void deliver_as(const FaultContext&, Reply& reply) {
  reply.delivery = kDelivery;
}

void bad_gzip(const FaultContext&, Reply& reply) {
  reply.body = kBadGzip;
  reply.compressible = false;
  reply.headers.push_back({"content-encoding", "gzip"});
}

void bomb(const FaultContext& context, Reply& reply) {
  constexpr std::size_t kMebibyte = 1024 * 1024;
  const std::string_view healthy = reply.body;
  if (!healthy.starts_with('{')) return;
  reply.body = gzip_bomb("{\"filler\":\"", context.parameter.number * kMebibyte,
                         "\"," + std::string(healthy.substr(1)));
  reply.compressible = false;
  reply.headers.push_back({"content-encoding", "gzip"});
}

void many_headers(const FaultContext& context, Reply& reply) {
  for (std::uint64_t i = 0; i < context.parameter.number; ++i)
    reply.headers.push_back({fmt::format("x-filler-{:05}", i), "value"});
}

void slow_body(const FaultContext& context, Reply& reply) {
  reply.delivery = Delivery::slow_body;
  reply.body_time = context.parameter.high;
}

constexpr auto kWireFaults = std::to_array<FaultMode>({
    {"close_before_headers", none, "", request, "connection_lost",
     "the connection closes instead of an answer", deliver_as<Delivery::close_before_headers>},
    {"close_mid_headers", none, "", request, "connection_lost",
     "the connection closes within the headers", deliver_as<Delivery::close_mid_headers>},
    {"close_mid_body", none, "", request, "connection_lost",
     "the connection closes within the body", deliver_as<Delivery::close_mid_body>},
    {"reset", none, "", request, "connection_lost", "TCP reset instead of an answer",
     deliver_as<Delivery::reset>},
    {"slow_body", duration, "60s", request, "response_timeout",
     "headers at once, the body in small pieces over that time", slow_body},
    {"never_answer", none, "", request, "response_timeout",
     "the request is read and never answered", deliver_as<Delivery::never_answer>},
    {"tls_never", none, "", connection, "tls_error",
     "the main TLS port accepts and then says nothing", leave_alone},
    {"tls_expired", none, "", connection, "tls_error",
     "the main TLS port presents an expired certificate", leave_alone},
    {"tls_wrong_name", none, "", connection, "tls_error",
     "the main TLS port presents a certificate of another host", leave_alone},
    {"bad_gzip", none, "", request, "bad_body", "a body that gzip cannot decode", bad_gzip},
    {"bad_chunking", none, "", request, "bad_body", "a chunk size that is no number",
     deliver_as<Delivery::bad_chunking>},
    {"not_http", none, "", request, "bad_body", "bytes of another protocol",
     [](const FaultContext&, Reply& reply) {
       reply.body = kGarbage;
       reply.delivery = Delivery::raw;
     }},
    {"http09", none, "", request, "bad_body", "a body without status line and headers",
     deliver_as<Delivery::raw>},
    {"gzip_bomb", count, "64", request, "response_too_large",
     "a small body that decodes to that many MiB", bomb},
    {"many_headers", count, "1000", request, "ok", "that many further headers", many_headers},
});

}  // namespace

std::span<const FaultMode> wire_faults() {
  return kWireFaults;
}

}  // namespace reinfer::simulator
