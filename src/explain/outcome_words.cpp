#include "explain/outcome_words.h"

#include <array>

#include "base/check.h"

namespace reinfer::explain {
namespace {

struct Row {
  model::Outcome outcome;
  OutcomeWords words;
};

constexpr std::array<Row, model::kOutcomeCount> kRows = {{
    {model::Outcome::ok, {"The platform answered as expected.", "Nothing to do."}},
    {model::Outcome::server_error,
     {"The application itself answered with a server error (5xx).",
      "Look at status.uipath.com. If it lasts, open a ticket with the vendor, with the request id "
      "and the time."}},
    {model::Outcome::protocol_error,
     {"The application answered, but against its own rules: its status contradicts the HTTP code, "
      "or what the probe expects is not in the reply.",
      "Run the curl line and compare the reply with the probe's expectation. If the expectation is "
      "right, report the reply to the vendor."}},
    {model::Outcome::conflict,
     {"The application answered 409: what was asked for is being changed right now.",
      "Wait some minutes: the vendor's own client just tries again. If it lasts, report it to the "
      "vendor."}},
    {model::Outcome::response_timeout,
     {"The request was sent, but no complete reply came in time.",
      "Compare with the tenant's other probes: if they are fast, this endpoint is slow; if all "
      "wait, the platform is. Raise the probe's timeout only if the endpoint may take that long."}},
    {model::Outcome::gateway_error,
     {"Something in front of the application answered with a 5xx of its own: the application "
      "could not be reached from there.",
      "Look at status.uipath.com. If it lasts, open a ticket with the vendor, with the reply's "
      "cf-ray header and the time."}},
    {model::Outcome::gateway_not_found,
     {"The gateway knows no such address, so the application never saw the request.",
      "Check organisation and tenant in base_url, and that the service is enabled for the tenant. "
      "If nothing was changed on your side, the vendor's routing is broken: report it."}},
    {model::Outcome::edge_blocked,
     {"The edge in front of the platform turned us away (403): a firewall rule, an address list or "
      "a challenge for browsers.",
      "Ask who runs the organisation's IP restrictions whether this machine's outgoing address is "
      "allowed. If it is, ask the vendor to look up the reply's cf-ray header."}},
    {model::Outcome::redirected,
     {"The reply sends us elsewhere (3xx), as for a wrong organisation or tenant or a service that "
      "is not enabled. Redirects are never followed.",
      "Read in the message where to. Open base_url in a browser, correct organisation and tenant "
      "in "
      "it, and see that the service is enabled."}},
    {model::Outcome::not_the_api,
     {"Somebody else answered in the API's place, such as a login page or a captive portal.",
      "Run the curl line on this machine to see whose page it is. If it is a proxy's or a portal's "
      "of your own network, get this machine past it; otherwise check base_url."}},
    {model::Outcome::dns_error,
     {"The host's name could not be resolved.",
      "Try `getent hosts` with the host of base_url on this machine. If other names work, check "
      "the name's spelling; if none does, repair the resolver."}},
    {model::Outcome::connect_error,
     {"No connection: the host refused it or cannot be reached.",
      "Check this machine's route and firewall towards the host's port. A [[control]] target says "
      "whether this machine's network works at all."}},
    {model::Outcome::connect_timeout,
     {"The host did not take the connection in time: packets are lost on the way.",
      "Look for a firewall that drops packets without a word. Try ip_family = \"4\": often only "
      "the way by IPv6 is broken."}},
    {model::Outcome::tls_error,
     {"No secure connection: the TLS handshake or the check of the certificate failed.",
      "Read the message. If the handshake broke off or ended in time-out, look for a proxy or a "
      "firewall on the way that interferes, and compare from another network."}},
    {model::Outcome::connection_lost,
     {"The connection broke off before the reply was complete.",
      "If it happens now and then, look at proxies and firewalls on the way and their idle limits. "
      "If it happens each time, compare from another network and report it."}},
    {model::Outcome::bad_body,
     {"The reply cannot be read: its compression, its chunks or its HTTP are broken or without "
      "end.",
      "Look for a proxy or an inspection box that alters replies, and try a way around it."}},
    {model::Outcome::unauthorized,
     {"The API refused the token (401).",
      "Make a new token for the monitoring user and put it where the configuration says. A user "
      "has one active token: somebody may have made another."}},
    {model::Outcome::forbidden,
     {"The token is good, but its user may not do this (403).",
      "Give the monitoring user the permission that this probe needs, or take the probe out."}},
    {model::Outcome::throttled,
     {"The platform is alive and asks us to slow down (429).",
      "Lengthen the interval or set max_requests_per_minute, and see who else uses this token or "
      "address."}},
    {model::Outcome::bad_request,
     {"The application calls our request wrong (4xx).",
      "Read the message and correct the probe's method, path or body in the configuration."}},
    {model::Outcome::not_found,
     {"The application says that what the probe asks for does not exist (404).",
      "Check the probe's names (project, dataset, source, model version): one was renamed or "
      "removed, or the monitoring user may not see it."}},
    {model::Outcome::response_too_large,
     {"The reply is larger than the probe reads, so it was given up.",
      "Raise body_bytes_max, or better probe one named resource instead of a list."}},
    {model::Outcome::token_unavailable,
     {"There is no token, so nothing was sent.",
      "Read the message and mend the token's source (token_env, token_file, token_command or "
      "oauth)."}},
    {model::Outcome::proxy_error,
     {"Our own proxy refused or did not open the way.",
      "Check proxy_url (or https_proxy in the environment), and whether the proxy admits this "
      "machine and allows the host of base_url."}},
    {model::Outcome::monitor_error,
     {"The monitor itself failed, not what it looks at.",
      "Read the message, then check this process's limits of open files and threads, its memory, "
      "its "
      "share of the CPU and the CA file. Until then its other results mean little."}},
}};

struct CauseRow {
  model::Cause cause;
  OutcomeWords words;
};

constexpr std::array<CauseRow, model::kCauseCount - 1> kCauses = {{
    {model::Cause::name_unknown,
     {"The resolver has no address for the host's name.",
      "Check the spelling of the host in base_url. If `getent hosts` finds no other name on this "
      "machine either, repair the resolver."}},
    {model::Cause::name_late,
     {"The host's name could not be resolved in time.",
      "Try `getent hosts` with the host of base_url on this machine: its resolver is slow, or does "
      "not answer. Look at /etc/resolv.conf and at the route to the name servers in it."}},
    {model::Cause::certificate_expired,
     {"A certificate of the server has expired.",
      "Tell whoever runs the server; the message says which certificate, and since when. If that "
      "is a proxy of your own network that opens TLS, tell its administrators."}},
    {model::Cause::certificate_not_yet_valid,
     {"A certificate of the server is not valid yet, by this machine's clock.",
      "Check this machine's clock (`date -u`): it is probably slow. If it is right, tell whoever "
      "runs the server."}},
    {model::Cause::intermediate_missing,
     {"The server leaves out an intermediate certificate, so that its own cannot be traced to a "
      "known CA.",
      "Tell whoever runs the server that it has to send the whole chain. Browsers hide the fault, "
      "because they fetch what is missing."}},
    {model::Cause::issuer_unknown,
     {"The server's certificate comes from an issuer that is not known here.",
      "Read the issuer in the message. If it is a CA of your own, or of a proxy that opens TLS, "
      "name its certificate in ca_file. Otherwise find out who answers in the server's place."}},
    {model::Cause::other_host,
     {"The server's certificate is for another host.",
      "Check the host in base_url and an address that `resolve` gives it. If both are right, "
      "somebody answers in the server's place: a portal, a proxy, or an old address."}},
    {model::Cause::certificate_wanted,
     {"The server refused our side of the TLS handshake: it wants a client certificate, or another "
      "one.",
      "Set client_certificate and client_key to a pair that the server accepts."}},
    {model::Cause::never_acknowledged,
     {"The request was sent, and sent again by the kernel, and never acknowledged: the network "
      "loses packets, or a device on the way has forgotten the connection.",
      "Look at the tenant's retransmits and at its other probes. If only kept connections fail, a "
      "firewall drops idle ones: set connection = \"fresh\" or shorten the interval."}},
}};

constexpr bool rows_stand_in_enumerator_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i)
    if (static_cast<std::size_t>(kRows[i].outcome) != i) return false;
  return true;
}
static_assert(rows_stand_in_enumerator_order());

constexpr bool causes_stand_in_enumerator_order() {
  for (std::size_t i = 0; i < kCauses.size(); ++i)
    if (static_cast<std::size_t>(kCauses[i].cause) != i + 1) return false;
  return true;
}
static_assert(causes_stand_in_enumerator_order());

constexpr std::array<std::string_view, model::kFaultCount> kFaults = {
    "nobody",
    "the platform",
    "the edge in front of the platform",
    "the network",
    "the credentials",
    "our request",
    "the monitor itself"};

}  // namespace

const OutcomeWords& words_of(model::Outcome outcome) {
  const auto index = static_cast<std::size_t>(outcome);
  base::check(index < kRows.size(), "an outcome is one of the enumerators");
  return kRows[index].words;
}

const OutcomeWords& words_of(model::Outcome outcome, model::Cause cause) {
  if (cause == model::Cause::unknown) return words_of(outcome);
  return kCauses.at(static_cast<std::size_t>(cause) - 1).words;
}

std::string_view words_of(model::Fault fault) {
  return kFaults.at(static_cast<std::size_t>(fault));
}

}  // namespace reinfer::explain
