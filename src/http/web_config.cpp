#include "http/web_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <set>

#include "base/duration.h"
#include "base/text.h"
#include "http/password.h"
#include "http/web_config_names.h"
#include "http/yaml_table.h"

namespace reinfer::http {
namespace {

constexpr int kBcryptCostWise = 14;
constexpr int kBurstMax = 1'000'000;

class Reader {
 public:
  explicit Reader(const std::string& file) : problems_(file), file_(file) {
    const auto slash = file.rfind('/');
    folder_ = slash == std::string::npos ? "" : file.substr(0, slash + 1);
  }

  const base::Problems& warnings() const { return warnings_; }

  WebConfig read(const YamlValue& root) {
    WebConfig config;
    config.empty = root.kind == YamlValue::Kind::null;
    members(root, "",
            {{"tls_server_config", [&](auto& value) { config.tls = tls(value); }},
             {"http_server_config", [&](auto& value) { http(value, config); }},
             {"basic_auth_users", [&](auto& value) { users(value, config); }},
             {"rate_limit", [&](auto& value) { config.rate_limit = rate(value); }}});
    return config;
  }

  base::Problems problems() const { return problems_.sorted(); }

 private:
  using Read = std::function<void(const YamlValue&)>;
  using Keys = std::vector<std::pair<std::string_view, Read>>;

  static std::string under(std::string_view prefix, std::string_view key) {
    return prefix.empty() ? std::string(key) : fmt::format("{}.{}", prefix, key);
  }

  void complain(const YamlValue& value, std::string_view key, std::string text) {
    problems_.add(value.place, key, std::move(text));
  }

  bool is(YamlValue::Kind kind, const YamlValue& value, std::string_view key,
          std::string_view allowed) {
    constexpr std::array<std::string_view, 4> kNames = {"empty", "a single value", "a list",
                                                        "a table"};
    if (value.kind == kind) return true;
    complain(value, key,
             fmt::format("is {}, allowed: {}", kNames.at(static_cast<std::size_t>(value.kind)),
                         allowed));
    return false;
  }

  // Each key once; what is empty counts as left out, as in Go.
  template <typename Each>
  void each_member(const YamlValue& table, std::string_view prefix, const Each& each) {
    if (table.kind == YamlValue::Kind::null) return;
    if (!is(YamlValue::Kind::table, table, prefix, "a table")) return;
    std::set<std::string> seen;
    for (const YamlMember& member : table.members)
      if (seen.insert(member.key).second)
        each(member);
      else
        problems_.add(member.place, under(prefix, member.key), "is given for the second time");
  }

  void members(const YamlValue& table, std::string_view prefix, const Keys& keys) {
    each_member(table, prefix, [&](const YamlMember& member) {
      const auto known = std::find_if(keys.begin(), keys.end(),
                                      [&](const auto& key) { return key.first == member.key; });
      if (known != keys.end()) {
        if (member.value.kind != YamlValue::Kind::null) known->second(member.value);
        return;
      }
      std::vector<std::string_view> names;
      for (const auto& key : keys)
        names.push_back(key.first);
      problems_.add(
          member.place, under(prefix, base::sanitise(member.key, 80)),
          fmt::format("is not a key of {}, allowed: {}",
                      prefix.empty() ? "this file" : "this table", fmt::join(names, ", ")));
    });
  }

  std::optional<std::string> text(const YamlValue& value, std::string_view key,
                                  std::string_view allowed = "a text") {
    if (!is(YamlValue::Kind::scalar, value, key, allowed)) return std::nullopt;
    if (value.text.find('\0') == std::string::npos) return value.text;
    complain(value, key, "holds a NUL character");
    return std::nullopt;
  }

  void boolean(const YamlValue& value, std::string_view key, bool& to) {
    const auto given = text(value, key, "true or false");
    if (!given) return;
    const std::string lower = base::to_lower(*given);
    const bool yes = lower == "true" || lower == "yes" || lower == "on" || lower == "y";
    const bool no = lower == "false" || lower == "no" || lower == "off" || lower == "n";
    if ((yes || no) && !value.quoted)
      to = yes;
    else
      complain(value, key, fmt::format("is {}, allowed: true or false", base::quote(*given)));
  }

  template <typename Names>
  const auto* choice(const YamlValue& value, std::string_view key, const Names& names) {
    std::vector<std::string_view> allowed;
    for (const auto& name : names)
      allowed.push_back(name.given);
    const auto* none = static_cast<decltype(names.data())>(nullptr);
    const auto given = text(value, key, base::list_of(allowed));
    if (!given) return none;
    for (const auto& name : names)
      if (name.given == *given) return &name;
    complain(value, key,
             fmt::format("is {}, allowed: {}", base::quote(*given), base::list_of(allowed)));
    return none;
  }

  template <typename Names>
  void choices(const YamlValue& value, std::string_view key, const Names& names,
               std::vector<std::string>& to) {
    if (!is(YamlValue::Kind::list, value, key, "a list")) return;
    for (const YamlValue& item : value.items)
      if (const auto* name = choice(item, key, names); name != nullptr && !name->openssl.empty())
        to.emplace_back(name->openssl);
  }

  void version(const YamlValue& value, std::string_view key, int& to) {
    const auto given = text(value, key, "TLS12 or TLS13");
    if (!given) return;
    if (*given == "TLS12" || *given == "TLS13")
      to = *given == "TLS12" ? 0x0303 : 0x0304;
    else if (*given == "TLS10" || *given == "TLS11")
      complain(value, key,
               fmt::format("is {}, which is broken (RFC 8996), allowed: TLS12 or TLS13", *given));
    else
      complain(value, key, fmt::format("is {}, allowed: TLS12 or TLS13", base::quote(*given)));
  }

  // A file or its contents under `key`, whichever; both at once would leave one unread.
  Read pem(PemSource& to, std::string_view name, bool is_file) {
    return [this, &to, name, is_file](const YamlValue& value) {
      const std::string key = under("tls_server_config", name);
      const auto given = text(value, key);
      if (!given || given->empty()) return;
      if (to.given()) {
        complain(value, key, fmt::format("is given beside {}, allowed: one of them", to.key));
        return;
      }
      to.place = value.place;
      to.key = key;
      if (!is_file)
        to.text = base::Secret(*given);
      else
        to.file = given->front() == '/' ? *given : folder_ + *given;
    };
  }

  void sans(const YamlValue& value, std::vector<std::string>& to) {
    constexpr std::string_view kKey = "tls_server_config.client_allowed_sans";
    if (!is(YamlValue::Kind::list, value, kKey, "a list")) return;
    for (const YamlValue& item : value.items)
      if (auto name = text(item, kKey)) to.push_back(std::move(*name));
    if (value.items.empty())
      complain(value, kKey, "is an empty list, which no client could satisfy");
  }

  std::optional<TlsSettings> tls(const YamlValue& table) {
    TlsSettings settings;
    const auto key = [](std::string_view name) { return under("tls_server_config", name); };
    members(
        table, "tls_server_config",
        {{"cert_file", pem(settings.certificate, "cert_file", true)},
         {"cert", pem(settings.certificate, "cert", false)},
         {"key_file", pem(settings.key, "key_file", true)},
         {"key", pem(settings.key, "key", false)},
         {"client_ca_file", pem(settings.client_ca, "client_ca_file", true)},
         {"client_ca", pem(settings.client_ca, "client_ca", false)},
         {"client_auth_type",
          [&](auto& value) {
            if (value.text.empty() && value.kind == YamlValue::Kind::scalar) return;
            const auto* name = choice(value, key("client_auth_type"), kClientAuths);
            if (name != nullptr) settings.client_auth = name->value;
          }},
         {"client_allowed_sans", [&](auto& v) { sans(v, settings.client_allowed_sans); }},
         {"min_version", [&](auto& v) { version(v, key("min_version"), settings.version_min); }},
         {"max_version", [&](auto& v) { version(v, key("max_version"), settings.version_max); }},
         {"cipher_suites",
          [&](auto& v) { choices(v, key("cipher_suites"), kCiphers, settings.ciphers); }},
         {"curve_preferences",
          [&](auto& v) { choices(v, key("curve_preferences"), kCurves, settings.curves); }},
         {"prefer_server_cipher_suites", [&](auto& v) {
            boolean(v, key("prefer_server_cipher_suites"), settings.prefer_server_ciphers);
          }}});
    return together(table, std::move(settings));
  }

  // Checks that need several keys. A table with nothing but preferences is no TLS, as
  // in the toolkit.
  std::optional<TlsSettings> together(const YamlValue& table, TlsSettings settings) {
    const auto wrong = [&](std::string_view name, std::string text) {
      problems_.add(place_of(table, name), under("tls_server_config", name), std::move(text));
    };
    const ClientAuth auth = settings.client_auth;
    const bool requires_one =
        auth == ClientAuth::require_any || auth == ClientAuth::require_and_verify;
    const bool verifies =
        auth == ClientAuth::verify_if_given || auth == ClientAuth::require_and_verify;
    const bool has_sans = !settings.client_allowed_sans.empty();
    if (settings.version_min > settings.version_max)
      wrong("max_version", "is below min_version, TLS13");
    if (!settings.certificate.given() && !settings.key.given() && !settings.client_ca.given() &&
        auth == ClientAuth::none && !has_sans)
      return std::nullopt;
    if (!settings.certificate.given()) wrong("cert_file", "is missing, allowed: cert_file or cert");
    if (!settings.key.given()) wrong("key_file", "is missing, allowed: key_file or key");
    if (verifies && !settings.client_ca.given())
      warnings_.push_back({file_, place_of(table, "client_auth_type").line,
                           place_of(table, "client_auth_type").column,
                           "tls_server_config.client_auth_type",
                           "lets in everybody with a certificate of any authority that this system "
                           "trusts, because there is no client_ca_file"});
    if (settings.client_ca.given() && auth == ClientAuth::none)
      problems_.add(settings.client_ca.place, settings.client_ca.key,
                    "is of no use without client_auth_type, such as RequireAndVerifyClientCert");
    if (has_sans && !requires_one)
      wrong(
          "client_allowed_sans",
          "needs a client_auth_type that requires a certificate, allowed: RequireAnyClientCert or "
          "RequireAndVerifyClientCert");
    return settings;
  }

  // Where the value of a key stands, or, without it, the table.
  static base::Place place_of(const YamlValue& table, std::string_view name) {
    for (const YamlMember& member : table.members)
      if (member.key == name) return member.value.place;
    return table.place;
  }

  void http(const YamlValue& table, WebConfig& config) {
    bool http2 = true;  // accepted and of no effect: HTTP/1.1 is all that is spoken
    members(table, "http_server_config",
            {{"http2", [&](auto& value) { boolean(value, "http_server_config.http2", http2); }},
             {"headers", [&](auto& value) { headers(value, config); }}});
  }

  void headers(const YamlValue& table, WebConfig& config) {
    Keys keys;
    for (const HeaderName& header : header_names())
      keys.emplace_back(header.name, [&](const YamlValue& value) {
        const std::string key = under("http_server_config.headers", header.name);
        const auto given = text(value, key);
        if (!given || given->empty()) return;
        const auto& values = header.values;
        if (!values.empty() && std::find(values.begin(), values.end(), *given) == values.end())
          complain(value, key,
                   fmt::format("is {}, allowed: {}", base::quote(*given), base::list_of(values)));
        else if (std::any_of(given->begin(), given->end(),
                             [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
          complain(value, key, "holds a control character or a line feed");
        else
          config.headers.push_back({std::string(header.name), *given});
      });
    members(table, "http_server_config.headers", keys);
  }

  void users(const YamlValue& table, WebConfig& config) {
    each_member(table, "basic_auth_users", [&](const YamlMember& member) {
      const std::string key = under("basic_auth_users", base::sanitise(member.key, 80));
      if (member.key.find(':') != std::string::npos || member.key.find('\0') != std::string::npos)
        problems_.add(member.place, key, "holds a colon or NUL, which no client can send");
      const auto hash = text(member.value, key, "a bcrypt hash");
      if (!hash) return;
      const auto cost = bcrypt_cost(*hash);
      if (!cost)
        // Not quoted: it may be the password itself.
        complain(member.value, key,
                 "is not a bcrypt hash, allowed: what `htpasswd -nBC 10 \"\"` prints, such as "
                 "$2y$10$ and 53 characters");
      else
        config.users[member.key] = *hash;
      if (cost && *cost > kBcryptCostWise)
        warn(member.value, key,
             fmt::format("has a cost of {}: a login takes seconds to years, wise: at most {}",
                         *cost, kBcryptCostWise));
    });
  }

  std::optional<RequestRate> rate(const YamlValue& table) {
    RequestRate limit;
    members(
        table, "rate_limit",
        {{"interval",
          [&](const YamlValue& value) {
            const auto given = text(value, "rate_limit.interval", base::kDurationForm);
            const auto interval =
                given == "0" ? base::Nanoseconds{0} : base::parse_duration(given.value_or("0s"));
            if (interval)
              limit.interval = *interval;
            else
              complain(value, "rate_limit.interval",
                       fmt::format("is {}, allowed: {}", base::quote(*given), base::kDurationForm));
          }},
         {"burst", [&](const YamlValue& value) {
            const auto given = text(value, "rate_limit.burst", "a whole number");
            if (!given) return;
            const char* end = given->data() + given->size();
            const auto [stop, error] = std::from_chars(given->data(), end, limit.burst);
            if (error != std::errc{} || stop != end || limit.burst < 0 || limit.burst > kBurstMax)
              complain(value, "rate_limit.burst",
                       fmt::format("is {}, allowed: a whole number from 0 to {}",
                                   base::quote(*given), kBurstMax));
          }}});
    if (limit.interval == base::Nanoseconds{0}) return std::nullopt;
    if (limit.burst == 0) warn(table, "rate_limit", "has a burst of 0, which lets nobody in");
    return limit;
  }

  void warn(const YamlValue& value, const std::string& key, std::string text) {
    warnings_.push_back({file_, value.place.line, value.place.column, key, std::move(text)});
  }

  base::ProblemList problems_;
  base::Problems warnings_;
  const std::string file_;
  std::string folder_;
};

}  // namespace

tl::expected<WebConfig, base::Problems> parse_web_config(std::string_view yaml,
                                                         const std::string& file) {
  const auto root = parse_yaml(yaml, file);
  if (!root) return tl::unexpected(base::Problems{root.error()});
  Reader reader(file);
  WebConfig config = reader.read(*root);
  if (base::Problems problems = reader.problems(); !problems.empty())
    return tl::unexpected(std::move(problems));
  config.warnings = reader.warnings();
  return config;
}

}  // namespace reinfer::http
