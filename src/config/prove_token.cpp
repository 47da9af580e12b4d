#include "config/prove_token.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <vector>

#include "config/base_url_parts.h"
#include "config/prove_path.h"
#include "config/url_path.h"

namespace reinfer::config {
namespace {

constexpr std::string_view kTokenUrlExample =
    "https://cloud.uipath.com/ORGANISATION/identity_/connect/token";

// A source key of the tenant, to distinguish several.
struct Written {
  model::TokenSource::Kind kind;
  std::string_view key;
  base::Place place;
};

std::vector<Written> sources_written(const TenantConfig& tenant) {
  using Kind = model::TokenSource::Kind;
  std::vector<Written> written;
  if (tenant.token_env.written)
    written.push_back({Kind::environment, "token_env", tenant.token_env.place});
  if (tenant.token_file.written)
    written.push_back({Kind::file, "token_file", tenant.token_file.place});
  if (tenant.token_command.written)
    written.push_back({Kind::command, "token_command", tenant.token_command.place});
  if (tenant.oauth.written) written.push_back({Kind::oauth, "oauth", tenant.oauth.place});
  return written;
}

// A program name with a slash is a path relative to the configuration's folder, like all others.
std::vector<std::string> prove_command(const Setting<std::vector<std::string>>& setting,
                                       base::ProblemList& problems) {
  if (!setting.value) return {};
  std::vector<std::string> command = *setting.value;
  const auto has_zero = [](const std::string& word) {
    return word.find('\0') != std::string::npos;
  };
  if (std::any_of(command.begin(), command.end(), has_zero)) {
    report(setting, "contains a zero byte, which no program can be given, allowed: text", problems);
    return {};
  }
  if (command[0].find('/') == std::string::npos) return command;
  command[0] = prove_path({true, command[0], setting.place, setting.key}, problems);
  // A normal path has no leading "./", and without a slash the program is looked for in PATH.
  if (!command[0].empty() && command[0].find('/') == std::string::npos) command[0].insert(0, "./");
  return command[0].empty() ? std::vector<std::string>{} : command;
}

std::string prove_token_url(const Setting<std::string>& setting, base::ProblemList& problems) {
  static const UrlForm url_form = {
      {"https", "http"},
      "https",
      std::string(kTokenUrlExample),
      "the client is named by client_id, its secret by client_secret_file or client_secret_env"};
  if (!setting.value) return "";
  const auto url = parse_url_parts(*setting.value, url_form);
  std::optional<std::string> fault;
  if (!url) {
    fault = url.error();
  } else if (url->scheme != "https" && !is_loopback(url->host)) {
    fault = fmt::format("uses http, so the client's secret would travel in clear text, allowed: {}",
                        kTokenUrlExample);
  } else if (!url->fragment.empty()) {
    fault = "contains #, a fragment, which is never sent, allowed: the URL without it";
  } else if (url->path.empty() || url->path == "/") {
    fault = fmt::format("has no path, allowed: the whole URL such as {}", kTokenUrlExample);
  } else {
    fault = path_fault(url->path);
    if (!fault) fault = character_fault(url->query);
  }
  if (fault) {
    report(setting, *fault, problems);
    return "";
  }
  return url->scheme + "://" + url->authority() + url->path + url->query;
}

bool is_visible(char c) {
  return c > 0x20 && c < 0x7f;
}

std::string prove_client_id(const Setting<std::string>& setting, base::ProblemList& problems) {
  if (!setting.value) return "";
  const std::string& id = *setting.value;
  if (!id.empty() && std::all_of(id.begin(), id.end(), is_visible)) return id;
  report(setting,
         id.empty() ? "is empty, allowed: the client's id (UiPath calls it the application's id)"
                    : "contains a space, a control character or one outside ASCII, allowed: the "
                      "client's id alone",
         problems);
  return "";
}

std::string prove_scope(const Setting<std::string>& setting, base::ProblemList& problems) {
  if (!setting.value) return "";
  const std::string& scope = *setting.value;
  const auto fits = [](char c) { return (is_visible(c) && c != '"' && c != '\\') || c == ' '; };
  const bool spaced =
      scope.starts_with(' ') || scope.ends_with(' ') || scope.find("  ") != std::string::npos;
  if (!scope.empty() && !spaced && std::all_of(scope.begin(), scope.end(), fits)) return scope;
  report(setting,
         scope.empty() ? "is empty, allowed: scopes with single spaces between them, or no scope "
                         "at all"
                       : fmt::format("is {}, allowed: scopes of visible ASCII characters with "
                                     "single spaces between them",
                                     base::quote(scope)),
         problems);
  return "";
}

model::SecretSource prove_secret(const OAuthConfig& oauth, base::Place place,
                                 base::ProblemList& problems) {
  using Kind = model::SecretSource::Kind;
  const Setting<std::string>& variable = oauth.client_secret_env;
  const Setting<std::string>& file = oauth.client_secret_file;
  if (variable.written && file.written)
    report(file, "is set besides client_secret_env, allowed: one of the two", problems);
  if (!variable.written && !file.written)
    problems.add(place, "tenant.oauth",
                 "does not say where the client's secret is, allowed: client_secret_env (the name "
                 "of a variable) or client_secret_file (the path of a file)");
  if (variable.written)
    return {Kind::environment, prove_variable(variable, "the secret", problems)};
  return {Kind::file, prove_path(file, problems)};
}

// nullopt if a problem was reported.
std::optional<model::OAuthClient> prove_oauth(const Setting<OAuthConfig>& setting,
                                              const model::NetworkOptions& network,
                                              base::ProblemList& problems) {
  if (!setting.value) return std::nullopt;
  const OAuthConfig& oauth = *setting.value;
  if (!oauth.token_url.written)
    problems.add(setting.place, "tenant.oauth.token_url",
                 fmt::format("is missing, allowed: a URL such as {}", kTokenUrlExample));
  if (!oauth.client_id.written)
    problems.add(setting.place, "tenant.oauth.client_id",
                 "is missing, allowed: the client's id (UiPath calls it the application's id)");
  model::OAuthClient client;
  client.token_url = prove_token_url(oauth.token_url, problems);
  client.client_id = prove_client_id(oauth.client_id, problems);
  client.client_secret = prove_secret(oauth, setting.place, problems);
  client.scope = prove_scope(oauth.scope, problems);
  client.network = network;
  client.network.headers.clear();
  client.network.client_certificate.clear();
  client.network.client_key.clear();
  const bool scope_is_wrong = oauth.scope.written && client.scope.empty();
  if (client.token_url.empty() || client.client_id.empty() || client.client_secret.name.empty() ||
      scope_is_wrong)
    return std::nullopt;
  return client;
}

// Whether the source is understood, so that the inspector can be asked about it.
bool prove_source(const TenantConfig& tenant, const model::NetworkOptions& network,
                  model::TokenSource& token, base::ProblemList& problems) {
  switch (token.kind) {
    case model::TokenSource::Kind::environment:
      token.name = prove_variable(tenant.token_env, "the token", problems);
      return !token.name.empty();
    case model::TokenSource::Kind::file:
      token.name = prove_path(tenant.token_file, problems);
      return !token.name.empty();
    case model::TokenSource::Kind::command:
      token.command = prove_command(tenant.token_command, problems);
      return !token.command.empty();
    case model::TokenSource::Kind::oauth:
      break;
  }
  auto client = prove_oauth(tenant.oauth, network, problems);
  if (client) token.oauth = std::move(*client);
  return client.has_value();
}

}  // namespace

model::TokenSource prove_token(const TenantConfig& tenant, const model::NetworkOptions& network,
                               const TokenInspector& inspect_token, base::ProblemList& problems) {
  model::TokenSource token;
  const std::vector<Written> written = sources_written(tenant);
  if (written.empty()) {
    problems.add(tenant.place, "tenant",
                 "does not say where its token is, allowed: token_env (the name of a variable), "
                 "token_file (the path of a file), token_command (a program that prints it) or "
                 "oauth (a client that fetches one)");
    return token;
  }
  const Written& first = written.front();
  const std::string first_key = fmt::format("tenant.{}", first.key);
  for (std::size_t i = 1; i < written.size(); ++i)
    problems.add(written[i].place, fmt::format("tenant.{}", written[i].key),
                 fmt::format("is set besides {}, allowed: one of token_env, token_file, "
                             "token_command and oauth",
                             first.key));
  token.kind = first.kind;
  token.place =
      fmt::format("{}:{}:{}", problems.file_of(first.place), first.place.line, first.place.column);
  if (prove_source(tenant, network, token, problems))
    if (const auto fault = inspect_token(token)) problems.add(first.place, first_key, *fault);
  return token;
}

}  // namespace reinfer::config
