#include "explain/curl_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/clock.h"
#include "base/text.h"

namespace reinfer::explain {
namespace {

std::string shell_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text)
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

// "${NAME:?meaning}": without the variable the shell says what belongs into it and sends nothing.
std::string placeholder(std::string_view variable, std::string_view meaning) {
  return fmt::format("${{{}:?{}}}", variable, meaning);
}

// For use between double quotes.
std::string token_of(const model::TokenSource& source) {
  switch (source.kind) {
    case model::TokenSource::Kind::environment:
      return "$" + source.name;
    case model::TokenSource::Kind::file:
      return "$(cat " + shell_quoted(source.name) + ")";
    case model::TokenSource::Kind::command:
      return placeholder("REINFER_TOKEN", "put into it what token_command prints");
    case model::TokenSource::Kind::oauth:
      break;
  }
  return placeholder("REINFER_TOKEN", "put into it an access token of the oauth client");
}

// A configured header line may be a key to something, and only its name tells.
bool may_be_secret(std::string_view name) {
  constexpr std::array<std::string_view, 8> kSigns = {
      "auth", "token", "secret", "key", "cookie", "password", "credential", "session"};
  const std::string lower = base::to_lower(name);
  return std::any_of(kSigns.begin(), kSigns.end(),
                     [&](std::string_view sign) { return lower.find(sign) != std::string::npos; });
}

std::string variable_of(std::string_view header_name) {
  std::string variable = "HEADER_";
  for (const char c : header_name) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    variable += fits ? c : '_';
  }
  return variable;
}

class Command {
 public:
  explicit Command(std::string begin) : text_(std::move(begin)) {}

  // Each on a line of its own.
  void add(std::string_view words) { text_ += fmt::format(" \\\n  {}", words); }
  void add(std::string_view option, std::string_view value) {
    add(fmt::format("{} {}", option, shell_quoted(value)));
  }
  void add_file(std::string_view option, std::string_view path) {
    if (!path.empty()) add(option, path);
  }
  // curl removes a header of its own for "Name:", and sends an empty one for "Name;".
  void add_header(const model::Header& header) {
    add("-H", header.value.empty() ? header.name + ";" : header.name + ": " + header.value);
  }
  // curl takes the rest after a colon for a password.
  void add_certificate(std::string_view path) {
    std::string escaped;
    for (const char c : path)
      escaped += c == ':' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    add_file("--cert", escaped);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

void add_proxy(const model::NetworkOptions& network, bool never_proxied, Command& command) {
  if (never_proxied) return command.add("--noproxy", "*");
  if (!network.proxy_url.empty()) {
    command.add("--proxy", network.proxy_url);  // has no password, or it were no valid plan
    // Even if empty: the environment's exceptions belong to the environment's proxy.
    return command.add("--noproxy", network.no_proxy);
  }
  if (!network.no_proxy.empty()) command.add("--noproxy", network.no_proxy);
}

void add_connection(const model::NetworkOptions& network, const model::RouteTaken& route,
                    Command& command) {
  if (network.ip_family == model::IpFamily::v4) command.add("-4");
  if (network.ip_family == model::IpFamily::v6) command.add("-6");
  if (!network.http2) command.add("--http1.1");
  add_proxy(network, route.never_proxied, command);
  if (!route.pinned_address.empty()) {
    const bool v6 = route.pinned_address.find(':') != std::string::npos;
    command.add("--connect-to",
                fmt::format(fmt::runtime(v6 ? "::[{}]:" : "::{}:"), route.pinned_address));
  }
  command.add_file("--cacert", network.ca_file);
  if (!network.ca_file.empty() && network.proxy_url.starts_with("https:"))
    command.add_file("--proxy-cacert", network.ca_file);
  command.add_certificate(network.client_certificate);
  command.add_file("--key", network.client_key);
}

void add_headers(const model::NetworkOptions& network, const model::ProbeResult& result,
                 Command& command) {
  for (const model::Header& header : result.request_headers)
    command.add_header(header);
  for (const model::Header& header : network.headers) {
    if (header.value.empty() || !may_be_secret(header.name))
      command.add_header(header);
    else
      command.add(fmt::format(
          "-H \"{}: {}\"", header.name,
          placeholder(variable_of(header.name), "put the value of the header into it")));
  }
  // As sent; with --compressed curl undoes it all the same.
  command.add("-H 'Accept-Encoding: gzip' --compressed");
}

}  // namespace

std::string to_curl_line(const model::Plan& plan, const model::ProbeResult& result) {
  const model::Target& target = plan.target(result.target);
  const model::Tenant& tenant = plan.tenant(target.tenant);
  Command command("curl -sS -i --path-as-is");
  if (target.url.find_first_of("[]{}") != std::string::npos) command.add("--globoff");
  command.add(fmt::format("--max-time {}", base::to_seconds(target.deadlines.total)));
  add_connection(tenant.network, result.route, command);
  command.add(fmt::format("-H \"Authorization: Bearer {}\"", token_of(tenant.token)));
  add_headers(tenant.network, result, command);
  if (target.method == "POST") {
    command.add("-H 'Expect:'");
    command.add("--data-raw", target.body);
  } else if (target.method != "GET") {
    command.add("-X", target.method);
  }
  command.add(shell_quoted(target.url));
  return command.take();
}

}  // namespace reinfer::explain
