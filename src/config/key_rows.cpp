#include <array>

#include "config/key_reference.h"

namespace reinfer::config {
namespace {

constexpr std::array kTables = {
    KeyTable{"", "Top of a file", "",
             "A file in the folder of `include` may hold `[[tenant]]` and `[[control]]` alone."},
    KeyTable{"limits", "[limits]", "[limits]\n", "The exporter's own limits."},
    KeyTable{"storage", "[storage]", "[storage]\n",
             "How much the history keeps. Only with `--storage.path`."},
    KeyTable{
        "defaults", "[defaults]", "[defaults]\n",
        "How probes run. Each key may also stand in a `[[tenant]]` and, but for the five of the "
        "network at its end, in a `[[tenant.probe]]`: the one nearest to the probe counts."},
    KeyTable{"defaults.slo", "slo", "[defaults]\n[defaults.slo]\n",
             "Objectives, in `[defaults]`, a tenant or a probe, written `slo = { availability = "
             "99.9 }`. The table nearest to the probe counts, all of it; `slo = {}` takes the "
             "objectives away."},
    KeyTable{"tenant", "[[tenant]]", "[[tenant]]\n",
             "One for each tenant of the API, 10000 at most. Exactly one of `token_env`, "
             "`token_file`, `token_command` and `oauth` says where its token is.",
             "defaults"},
    KeyTable{"tenant.oauth", "[tenant.oauth]", "[[tenant]]\n[tenant.oauth]\n",
             "A client that fetches tokens by OAuth 2.0 client credentials and renews them. One of "
             "the two keys for its secret."},
    KeyTable{"tenant.maintenance", "[[tenant.maintenance]]", "[[tenant]]\n[[tenant.maintenance]]\n",
             "A window in which failures are expected, 100 a tenant at most: `start` and `end`, or "
             "`weekly` and `duration`. Probes go on, and do not count for objectives."},
    KeyTable{"tenant.probe", "[[tenant.probe]]", "[[tenant]]\n[[tenant.probe]]\n",
             "A probe: one of the catalogue by `use`, or a request of your own by `path`. It only "
             "reads.",
             "defaults"},
    KeyTable{"tenant.probe.expect", "expect",
             "[[tenant]]\n[[tenant.probe]]\n[tenant.probe.expect]\n",
             "The conditions of a good reply to a probe with a `path`, besides `\"status\": "
             "\"ok\"` and a "
             "2xx code, written `expect = { key = \"sources\" }`."},
    KeyTable{
        "control", "[[control]]", "[[control]]\n",
        "A place that has nothing to do with the API, 16 at most, asked without a token. While "
        "all of them fail, the fault is in our own network."},
};

constexpr std::array kRows = {
    KeyRow{"", "include", "", "no further files", R"(["tenants.d/*.toml"])",
           "Patterns of further files, from this file's folder."},
    KeyRow{"", "limits", "", "its defaults", "", "See `[limits]`."},
    KeyRow{"", "storage", "", "its defaults", "", "See `[storage]`."},
    KeyRow{"", "defaults", "", "its defaults", "", "See `[defaults]`."},
    KeyRow{"", "tenant", "", "required", "", "See `[[tenant]]`: one at least."},
    KeyRow{"", "control", "", "no controls", "", "See `[[control]]`."},

    KeyRow{"limits", "probes_in_flight_max", "256", "", "",
           "Probes under way at once, over all tenants. One too many is skipped and counted."},
    KeyRow{"limits", "series_max", "200000", "", "",
           "Time series on `/metrics`. A configuration that makes more is refused."},

    KeyRow{"storage", "availability_days", "400", "", "",
           "Days for which availability and latencies by day are kept, and incidents."},
    KeyRow{"storage", "evidence_days", "90", "", "",
           "Days for which single requests are kept: failures and the slowest successes."},
    KeyRow{"storage", "megabytes", "512", "", "",
           "Size of the history. Beyond it latencies by hour and evidence of more than a week go "
           "first, then days of more than 90, then the rest of the first two, and last the counts "
           "for reports and the days."},

    KeyRow{"defaults", "interval", R"("30s")", "", "",
           "Time between two probes, on a fixed grid. Some probes need a longer one (see the "
           "catalogue)."},
    KeyRow{"defaults", "timeout", R"("10s")", "", "",
           "Time for a whole probe, from the name to the last byte. At most the interval."},
    KeyRow{"defaults", "resolve_timeout", R"("5s")", "", "",
           "Time for finding the address. At most the timeout, as the next two."},
    KeyRow{"defaults", "connect_timeout", R"("5s")", "", "", "Time for opening the connection."},
    KeyRow{"defaults", "tls_timeout", R"("5s")", "", "", "Time for the TLS handshake."},
    KeyRow{"defaults", "connection", R"("fresh")", "", "",
           "`fresh`: each probe opens a connection, so names, network and certificates are tested. "
           "`reuse`: an open one is used again."},
    KeyRow{"defaults", "body_bytes_max", "1048576", "", "",
           "Longest reply that is read, in bytes after decompression."},
    KeyRow{"defaults", "buckets", "", "19 edges from 5ms to 30s", R"(["100ms", "1s", "10s"])",
           "Upper edges of the latency histograms. Each costs three series a probe."},
    KeyRow{"defaults", "slo", "", "no objectives", "{ availability = 99.9 }",
           "Objectives that rules and alerts judge by, see `slo`."},
    KeyRow{"defaults", "proxy_url", "", "what `https_proxy` and its kind say",
           R"("http://proxy.example.com:3128")",
           "Proxy on the way: http, https, socks5 or socks5h, with its port, without a password."},
    KeyRow{"defaults", "no_proxy", "", "what the variable `no_proxy` says",
           R"(["localhost", ".example.com", "10.0.0.0/8"])",
           "Hosts, domains, addresses and networks that are reached without the proxy."},
    KeyRow{"defaults", "ca_file", "", "those of the system", R"("company-ca.pem")",
           "Certificates to trust, a PEM file, from this file's folder."},
    KeyRow{"defaults", "ip_family", R"("any")", "", "", "Addresses to use: all, IPv4 or IPv6."},
    KeyRow{"defaults", "http2", "true", "", "",
           "`false` keeps to HTTP/1.1, for proxies that do not know HTTP/2."},

    KeyRow{"defaults.slo", "availability", "", "not judged", "99.9",
           "Per cent of the probes that must be good."},
    KeyRow{"defaults.slo", "latency", "", "not judged", R"("800ms")",
           "How long a good probe may take. Shorter than the timeout."},
    KeyRow{"defaults.slo", "latency_ratio", "", "required with `latency`", "95",
           "Per cent of the good probes that must be that fast."},
    KeyRow{"defaults.slo", "count", R"(["platform", "edge", "network"])", "", "",
           "The faults whose failures are bad. Other failures are left out."},

    KeyRow{"tenant", "name", "", "required", R"("acme-production")",
           "Name on all metrics, unique: 1 to 64 letters, digits, dots, underscores and hyphens."},
    KeyRow{"tenant", "base_url", "", "required",
           R"("https://cloud.uipath.com/acme/production/reinfer_")",
           "The part before `/api`, or `https://NAME.reinfer.io`. A URL pasted from a browser "
           "is cut to that. Plain http for this machine alone."},
    KeyRow{"tenant", "token_env", "", "see above", R"("ACME_TOKEN")",
           "Name of the environment variable that holds the token."},
    KeyRow{"tenant", "token_file", "", "see above", R"("tokens/acme")",
           "File that holds the token, from this file's folder. Read again when it changes. A "
           "credential of a systemd unit is `${CREDENTIALS_DIRECTORY}/NAME`, as any file may be."},
    KeyRow{"tenant", "token_command", "", "see above",
           R"(["vault", "read", "-field=token", "secret/acme"])",
           "Program that prints the token, and its arguments. No shell reads them."},
    KeyRow{"tenant", "oauth", "", "see above", "", "See `[tenant.oauth]`."},
    KeyRow{"tenant", "client_certificate", "", "none is shown", R"("exporter.pem")",
           "Certificate that this exporter shows to the server, a PEM file."},
    KeyRow{"tenant", "client_key", "", "it is in the same file", R"("exporter.key")",
           "Its private key, without a password."},
    KeyRow{"tenant", "resolve", "", "names are looked up", R"(["cloud.uipath.com:443:192.0.2.7"])",
           "Addresses to use instead, each HOST:PORT:ADDRESS."},
    KeyRow{"tenant", "headers", "", "the exporter's own alone", R"({ X-Team = "platform" })",
           "Further headers, 32 at most. Those that the exporter sets itself or that could carry a "
           "password are refused."},
    KeyRow{"tenant", "labels", "", "none", R"({ environment = "production" })",
           "Labels on all metrics of the tenant: 32 names at most over all tenants, values of 128 "
           "bytes at most. Names that the metrics, Prometheus or rules set are refused."},
    KeyRow{
        "tenant", "max_requests_per_minute", "", "no limit", "60",
        "Requests to this tenant in any 60 seconds. A probe beyond that is skipped and counted."},
    KeyRow{"tenant", "paid_probes_per_day_max", "288", "", "",
           "Probes a day (UTC) that cost money. The count survives a restart with "
           "`--storage.path`."},
    KeyRow{"tenant", "maintenance", "", "no window", "", "See `[[tenant.maintenance]]`."},
    KeyRow{"tenant", "probe", "", "required", "", "See `[[tenant.probe]]`: one at least."},

    KeyRow{"tenant.oauth", "token_url", "", "required",
           R"("https://cloud.uipath.com/acme/identity_/connect/token")", "Where tokens are made."},
    KeyRow{"tenant.oauth", "client_id", "", "required", R"("monitor")", "The client's name."},
    KeyRow{"tenant.oauth", "client_secret_env", "", "see above", R"("ACME_CLIENT_SECRET")",
           "Name of the environment variable that holds its secret."},
    KeyRow{"tenant.oauth", "client_secret_file", "", "see above", R"("secrets/acme")",
           "File that holds its secret, from this file's folder."},
    KeyRow{"tenant.oauth", "scope", "", "none is asked for", R"("Ixp.ApiAccess")",
           "Scopes to ask for, with blanks between."},

    KeyRow{"tenant.maintenance", "start", "", "required without `weekly`",
           "2026-03-07T22:00:00+01:00", "When the window begins, once."},
    KeyRow{"tenant.maintenance", "end", "", "required with `start`", "2026-03-08T04:00:00+01:00",
           "When it ends."},
    KeyRow{"tenant.maintenance", "weekly", "", "required without `start`", R"("sat 22:00")",
           "Day and time at which the window begins every week."},
    KeyRow{"tenant.maintenance", "duration", "", "required with `weekly`", R"("6h")",
           "How long it lasts."},
    KeyRow{"tenant.maintenance", "zone", R"("UTC")", "", R"("Europe/Berlin")",
           "Time zone of `weekly`."},
    KeyRow{"tenant.maintenance", "comment", "", "none", R"("database upgrade")", "For people."},

    KeyRow{"tenant.probe", "name", "", "what `use` says; required with `path`", R"("inbox")",
           "Name on all metrics, unique in the tenant, of the same characters as a tenant's."},
    KeyRow{"tenant.probe", "use", "", "required without `path`", R"("dataset")",
           "A probe of the [catalogue](probes.md)."},
    KeyRow{"tenant.probe", "project", "", "by the catalogue", R"("support")",
           "Name of a project, or `id:` and hexadecimal digits; the same for the next three."},
    KeyRow{"tenant.probe", "dataset", "", "by the catalogue", R"("emails")", "Name of a dataset."},
    KeyRow{"tenant.probe", "source", "", "by the catalogue", R"("inbox")", "Name of a source."},
    KeyRow{"tenant.probe", "stream", "", "by the catalogue", R"("triage")", "Name of a stream."},
    KeyRow{"tenant.probe", "model_version", "", "by the catalogue", R"("live")",
           "A version's number, `live` or `staging`."},
    KeyRow{"tenant.probe", "comment", "", "by the catalogue", R"("0123456789abcdef.1")",
           "Id of a comment; its uid for `predict_comments`."},
    KeyRow{"tenant.probe", "path", "", "required without `use`",
           R"("/api/v1/datasets/support/emails/model-tags")",
           "The path to request, after `base_url`; may have a query. Calls that write, move a "
           "stream or export are refused."},
    KeyRow{"tenant.probe", "method", R"("GET")", "", R"("POST")",
           "`GET`, or `POST` where it is known to read. With `path` alone."},
    KeyRow{"tenant.probe", "body", "", "none", "'{}'", "JSON to send, with `POST`."},
    KeyRow{"tenant.probe", "expect", "", "any good reply", R"({ key = "model_tags" })",
           "The conditions of a good reply, see `expect`."},
    KeyRow{"tenant.probe", "accept_cost", "false", "", "true",
           "Consent to what a probe costs that is billed."},

    KeyRow{"tenant.probe.expect", "status", "", "any 2xx", "200",
           "The exact code. From 400 on, an error reply of the application with that code is good "
           "(never 401 and 429)."},
    KeyRow{"tenant.probe.expect", "key", "", "none", R"("sources")",
           "A key that the reply must have."},
    KeyRow{"tenant.probe.expect", "type", R"("any")", "", R"("array")", "The type of its value."},
    KeyRow{"tenant.probe.expect", "length", "", "any", "2", "How many items the array has."},

    KeyRow{"control", "name", "", "required", R"("web")",
           "Name on metrics, unique, of the same characters as a tenant's."},
    KeyRow{"control", "url", "", "required", R"("https://www.example.com/")",
           "http or https. Any reply at all is good."},
    KeyRow{"control", "interval", R"("30s")", "", "", "Time between two requests."},
    KeyRow{"control", "timeout", R"("5s")", "", "", "Time for one. At most the interval."},
};

}  // namespace

std::span<const KeyTable> key_tables() {
  return kTables;
}

std::span<const KeyRow> key_rows() {
  return kRows;
}

}  // namespace reinfer::config
