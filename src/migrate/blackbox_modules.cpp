#include "migrate/blackbox_modules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "config/toml_text.h"
#include "migrate/yaml_walk.h"

namespace reinfer::migrate {
namespace {

using http::YamlMember;
using http::YamlValue;
using Kind = YamlValue::Kind;

// Keys without a counterpart, and why; an empty reason: nothing is lost without them.
struct NoCounterpart {
  std::string_view key;
  std::string_view why;
};

constexpr std::string_view kBodies =
    "a reply is judged by the API's own status, not by its text; expect = { key = \"...\" } of a "
    "probe asks for a key besides";
constexpr std::string_view kHeaders = "headers of a reply are kept as evidence and not judged";
constexpr std::string_view kRedirects =
    "redirects are never followed: one is a failure with the outcome redirected";

constexpr std::array kNoCounterparts = {
    NoCounterpart{"fail_if_not_ssl", ""},
    NoCounterpart{"proxy_from_environment", ""},
    NoCounterpart{"no_follow_redirects", kRedirects},
    NoCounterpart{"follow_redirects", kRedirects},
    NoCounterpart{"fail_if_ssl", "https is always used, but to this machine itself"},
    NoCounterpart{"fail_if_body_matches_regexp", kBodies},
    NoCounterpart{"fail_if_body_not_matches_regexp", kBodies},
    NoCounterpart{"fail_if_body_json_matches_cel", kBodies},
    NoCounterpart{"fail_if_body_json_not_matches_cel", kBodies},
    NoCounterpart{"fail_if_header_matches", kHeaders},
    NoCounterpart{"fail_if_header_not_matches", kHeaders},
    NoCounterpart{"valid_http_versions",
                  "every version of HTTP is good; http2 = false of a tenant keeps to HTTP/1.1"},
    NoCounterpart{"compression", "a reply is asked for compressed and read either way"},
    NoCounterpart{"body_file", "write the body into body = '...' of a probe with a path"},
    NoCounterpart{"body_size_limit", "body_bytes_max of a probe is the same, in bytes"},
    NoCounterpart{"basic_auth", "the API takes a bearer token alone"},
    NoCounterpart{"proxy_connect_header", "nothing is told to a proxy but the host"},
    NoCounterpart{"skip_resolve_phase_with_proxy",
                  "a name is looked up where proxy_url says: socks5h leaves it to the proxy"},
    NoCounterpart{"http_headers", "write what is no secret into headers = { ... } of the tenant"},
    NoCounterpart{"tls_config.insecure_skip_verify",
                  "certificates are always checked: name those to trust with ca_file"},
    NoCounterpart{"tls_config.server_name",
                  "the name is that of base_url; resolve = [...] of a tenant gives it an address"},
    NoCounterpart{"tls_config.min_version", "the oldest version cannot be chosen"},
    NoCounterpart{"tls_config.max_version", "the newest version cannot be chosen"},
};

// Keys that a tenant has under another name, with texts as their values.
struct Renamed {
  std::string_view key;
  std::string_view ours;
};
constexpr std::array kRenamed = {
    Renamed{"proxy_url", "proxy_url"},
    Renamed{"no_proxy", "no_proxy"},
    Renamed{"tls_config.ca_file", "ca_file"},
    Renamed{"tls_config.cert_file", "client_certificate"},
    Renamed{"tls_config.key_file", "client_key"},
};

// A header's name says whether its value may be a key to something.
bool may_be_secret(std::string_view name) {
  constexpr std::array<std::string_view, 8> kSigns = {
      "auth", "token", "secret", "key", "cookie", "password", "credential", "session"};
  const std::string lower = base::to_lower(name);
  return std::any_of(kSigns.begin(), kSigns.end(),
                     [&](std::string_view sign) { return lower.find(sign) != std::string::npos; });
}

class ModuleReader {
 public:
  ModuleReader(const YamlMember& member, const std::string& file) : file_(file) {
    module_.name = member.key;
    module_.place = place_text(file, member.place);
    path_ = "modules." + member.key;
  }

  Module run(const YamlValue& table) {
    module_.prober = text_in(table, "prober");
    for (const YamlMember& member : table.members) {
      if (member.key == "timeout")
        module_.timeout = key_line("timeout", member, "timeout");
      else if (member.key == "http" && module_.prober == "http")
        read_http(member.value);
      else if (member.key != "prober" && module_.prober == "http")
        note(member, member.key, "is not known to this command");
    }
    return std::move(module_);
  }

 private:
  KeyLine key_line(std::string_view ours, const YamlMember& member, std::string_view key) const {
    return {std::string(ours), config::toml_quoted(member.value.text),
            place_text(file_, member.place), fmt::format("{}.{}", path_, key)};
  }

  void note(const YamlMember& member, std::string_view key, std::string_view why) {
    module_.notes.push_back(
        {place_text(file_, member.place), fmt::format("{}.{}", path_, key), std::string(why)});
  }

  void read_http(const YamlValue& table) {
    path_ += ".http";
    const bool falls_back = !find_member(table, "ip_protocol_fallback") ||
                            is_true(text_in(table, "ip_protocol_fallback"));
    for (const YamlMember& member : table.members) {
      if (member.key == "tls_config")
        for (const YamlMember& inner : member.value.members)
          read_key(inner, "tls_config." + inner.key);
      else if (member.key == "preferred_ip_protocol")
        read_ip_protocol(member, falls_back);
      else if (member.key != "ip_protocol_fallback")
        read_key(member, member.key);
    }
  }

  void read_key(const YamlMember& member, const std::string& key) {
    for (const Renamed& renamed : kRenamed)
      if (renamed.key == key) {
        module_.tenant_lines.push_back(key_line(renamed.ours, member, key));
        return;
      }
    for (const NoCounterpart& row : kNoCounterparts)
      if (row.key == key) {
        if (!row.why.empty()) note(member, key, row.why);
        return;
      }
    if (!read_request(member, key) && !read_token(member, key))
      note(member, key, "is not known to this command");
  }

  bool read_request(const YamlMember& member, const std::string& key) {
    if (key == "method" && member.value.text == "HEAD") {
      note(member, key,
           "is HEAD, and the probe asks with GET: there is nothing to judge otherwise");
    } else if (key == "method") {
      module_.method = member.value.text;
    } else if (key == "body") {
      module_.body = member.value.text;
    } else if (key == "valid_status_codes") {
      read_statuses(member);
    } else if (key == "enable_http2") {
      if (!is_true(member.value.text))
        module_.tenant_lines.push_back(
            {"http2", "false", place_text(file_, member.place), path_ + ".enable_http2"});
    } else if (key == "headers") {
      for (const YamlMember& header : member.value.members)
        read_header(header);
    } else {
      return false;
    }
    return true;
  }

  bool read_token(const YamlMember& member, const std::string& key) {
    if (key == "bearer_token") {
      take_token(member, key, "");
    } else if (key == "bearer_token_file") {
      take_token(member, key, member.value.text);
    } else if (key == "authorization") {
      read_authorization(member.value);
    } else if (key == "oauth2") {
      read_oauth(member);
    } else {
      return false;
    }
    return true;
  }

  void take_token(const YamlMember& member, std::string_view key, std::string file) {
    module_.token = {std::move(file), place_text(file_, member.place),
                     fmt::format("{}.{}", path_, key)};
  }

  void read_authorization(const YamlValue& table) {
    const YamlMember* type = find_member(table, "type");
    if (type != nullptr && !base::equals_ignoring_case(type->value.text, "Bearer")) {
      note(*type, "authorization.type", "the API takes a bearer token alone");
      return;
    }
    for (const YamlMember& member : table.members) {
      if (member.key == "credentials") take_token(member, "authorization.credentials", "");
      if (member.key == "credentials_file")
        take_token(member, "authorization.credentials_file", member.value.text);
    }
  }

  void read_oauth(const YamlMember& oauth) {
    OAuthHint hint{{}, "", place_text(file_, oauth.place), path_ + ".oauth2"};
    for (const YamlMember& member : oauth.value.members) {
      const std::string key = "oauth2." + member.key;
      if (member.key == "token_url" || member.key == "client_id") {
        hint.lines.push_back(key_line(member.key, member, key));
      } else if (member.key == "scopes") {
        std::vector<std::string> scopes;
        for (const YamlValue* scope : items_in(oauth.value, "scopes"))
          scopes.push_back(scope->text);
        KeyLine line = key_line("scope", member, key);
        line.value = config::toml_quoted(base::join(scopes, " "));
        hint.lines.push_back(std::move(line));
      } else if (member.key == "client_secret_file") {
        hint.secret_file = member.value.text;
      } else if (member.key != "client_secret") {
        note(member, key, "has no counterpart in [tenant.oauth]");
      }
    }
    module_.oauth = std::move(hint);
  }

  void read_header(const YamlMember& header) {
    const std::string key = "headers." + header.key;
    if (base::equals_ignoring_case(header.key, "authorization")) {
      if (base::to_lower(header.value.text).starts_with("bearer "))
        take_token(header, key, "");
      else
        note(header, key, "the API takes a bearer token alone");
    } else if (may_be_secret(header.key)) {
      note(header, key, "may be a secret, so it was not copied");
    } else {
      module_.headers.push_back(key_line(header.key, header, key));
    }
  }

  void read_statuses(const YamlMember& member) {
    module_.statuses_place = place_text(file_, member.place);
    for (const YamlValue& item : member.value.items) {
      int status = 0;
      const char* end = item.text.data() + item.text.size();
      if (std::from_chars(item.text.data(), end, status).ptr == end)
        module_.statuses.push_back(status);
    }
  }

  void read_ip_protocol(const YamlMember& member, bool falls_back) {
    if (falls_back) {
      note(member, member.key,
           "is a preference, and both families are tried here; ip_family = \"4\" or \"6\" of a "
           "tenant keeps to one");
      return;
    }
    KeyLine line = key_line("ip_family", member, member.key);
    line.value = member.value.text == "ip4" ? "\"4\"" : "\"6\"";
    module_.tenant_lines.push_back(std::move(line));
  }

  const std::string& file_;
  std::string path_;
  Module module_;
};

}  // namespace

std::string place_text(const std::string& file, base::Place place) {
  return place.line == 0 ? file : fmt::format("{}:{}", file, place.line);
}

tl::expected<Modules, base::Problem> read_modules(std::string_view yaml, const std::string& file) {
  const auto document = read_yaml(yaml, file);
  if (!document) return tl::unexpected(document.error());
  const YamlMember* modules = find_member(*document, "modules");
  if (modules == nullptr || modules->value.kind != Kind::table)
    return tl::unexpected(base::Problem{
        file, 0, 0, "modules",
        "is missing, allowed: the configuration of a blackbox_exporter, with modules by name"});
  Modules read;
  for (const YamlMember& member : modules->value.members)
    read.insert_or_assign(member.key, ModuleReader(member, file).run(member.value));
  return read;
}

}  // namespace reinfer::migrate
