// One request and the facts of its exchange, without judgement. A Request goes into the Transport,
// an Exchange comes out. Plain values, owned by one probe thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "model/network.h"
#include "model/target.h"

namespace reinfer::model {

struct Request {
  std::string method;
  std::string url;
  std::vector<Header> headers;  // never Authorization
  base::Secret bearer;          // sent to `url`'s origin only
  std::string body;
  Deadlines deadlines;
  ConnectionMode connection = ConnectionMode::fresh;
  NetworkOptions network;
  std::size_t body_bytes_max = 0;
};

// The stage in which the exchange ended.
enum class Stage : std::uint8_t { resolve, connect, tls, send, wait, receive, done };

// Why there is no complete reply.
enum class WireError : std::uint8_t {
  none,
  resolve,  // no address, or none in time
  connect,  // refused, unreachable
  connect_timeout,
  tls,               // handshake or verification failed, or took too long
  response_timeout,  // request sent, reply not complete in time
  connection_lost,   // closed, reset, or never acknowledged by the peer
  bad_body,          // undecodable compression, broken chunking, malformed HTTP
  too_large,         // decoded body over Request::body_bytes_max
  proxy,             // our own proxy refused
  monitor,           // our own side: out of descriptors, threads, memory; CA bundle unreadable
};

// A reason that is known more precisely than by its WireError. For words; never a label.
enum class Cause : std::uint8_t {
  unknown,
  name_unknown,               // the resolver has no address
  name_late,                  // the resolver has not answered in time
  certificate_expired,        // one of the chain
  certificate_not_yet_valid,  // by our clock
  intermediate_missing,       // the server leaves out the issuer of its certificate
  issuer_unknown,             // no CA that we trust has issued it
  other_host,                 // the certificate is good, but for another host
  certificate_wanted,         // the server refuses our certificate, or that we have none
  never_acknowledged,         // the request was sent, and sent again: the server's kernel is silent
};
inline constexpr std::size_t kCauseCount = 10;

// The route that was taken, as far as it was decided beforehand.
struct RouteTaken {
  bool never_proxied = false;  // or a proxy could read a secret
  std::string pinned_address;  // by NetworkOptions::resolve; empty: none
  bool operator==(const RouteTaken&) const = default;
};

// Durations of the stages that took place; absent is not zero. On a failure the stage that failed
// holds the time spent in it.
//
//   start   resolved  connected  tls done   request sent   first byte   last byte
//     |--resolve--|--connect--|----tls---|------send------|----wait----|--receive--|
//     |---------------------------------- total ------------------------------------|
//
// A reused connection has no resolve, connect or tls; a numeric host has no resolve.
struct PhaseTimings {
  std::optional<base::Nanoseconds> resolve;
  std::optional<base::Nanoseconds> connect;
  std::optional<base::Nanoseconds> tls;
  std::optional<base::Nanoseconds> send;
  std::optional<base::Nanoseconds> wait;
  std::optional<base::Nanoseconds> receive;
  std::optional<base::Nanoseconds> total;
  bool operator==(const PhaseTimings&) const = default;
};

// The clock that stamped both ends of the wait.
enum class ClockSource : std::uint8_t { user, kernel };

// Upper bounds of the error that our own side added to the durations of one exchange.
struct Uncertainty {
  base::Nanoseconds wait{0};
  base::Nanoseconds total{0};
  bool clock_stepped = false;  // the wall clock was set, or the machine slept, meanwhile
  bool operator==(const Uncertainty&) const = default;
};

// The kernel's view of the path (TCP_INFO) at the end of the exchange. Through a proxy this is the
// path to the proxy.
struct TcpFacts {
  std::optional<base::Nanoseconds> rtt;  // smoothed; absent without a connection
  std::uint32_t retransmits = 0;         // segments sent again during this exchange, SYNs included
  bool operator==(const TcpFacts&) const = default;
};

struct TlsFacts {
  std::string version;  // "TLSv1.3"
  std::string cipher;
  std::optional<base::WallTime> earliest_expiry;  // of the chain that was verified
  bool operator==(const TlsFacts&) const = default;
};

struct Exchange {
  WireError error = WireError::none;
  Cause cause = Cause::unknown;
  std::string error_text;     // ours or libcurl's, for people only
  Stage stage = Stage::done;  // it ended there
  std::optional<int> http_status;
  std::vector<Header> headers;  // in order, repeats kept, trailers included
  std::size_t headers_dropped = 0;
  std::string body;  // decoded
  PhaseTimings phases;
  ClockSource clock_source = ClockSource::user;
  Uncertainty uncertainty;
  std::optional<TcpFacts> tcp;  // absent if no socket was opened
  std::string remote_address;
  RouteTaken route;
  std::optional<TlsFacts> tls;  // of a fresh handshake; absent on reused connections
  bool connection_reused = false;
  // libcurl sent the request again because a reused connection was dead: the reply is good, but its
  // latency is not that of one request.
  bool resent = false;
  bool lookup_refused = false;  // too many were under way, none was begun
};

}  // namespace reinfer::model
