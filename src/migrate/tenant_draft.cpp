#include "migrate/tenant_draft.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "config/load_plan.h"
#include "config/toml_text.h"

namespace reinfer::migrate {
namespace {

using config::toml_quoted;

// Why the configuration refuses these lines in a tenant or its probe; nullopt if it does not.
std::optional<std::string> fault_of(std::string_view tenant_lines, std::string_view probe_lines) {
  const std::string toml = fmt::format(
      "[[tenant]]\nname = \"t\"\nbase_url = \"https://cloud.uipath.com/o/t/reinfer_\"\n"
      "token_env = \"T\"\n{}\n[[tenant.probe]]\n{}\n",
      tenant_lines, probe_lines.empty() ? "use = \"not_found\"" : probe_lines);
  const auto plan =
      config::parse_plan(toml, "t", [](const model::TokenSource&) { return std::nullopt; });
  if (plan) return std::nullopt;
  return fmt::format("{} {}", plan.error().front().key, plan.error().front().text);
}

Note note_of(const KeyLine& line, std::string text) {
  return {line.place, line.origin, std::move(text)};
}

bool is_file(std::string_view key) {
  return key == "ca_file" || key == "client_certificate" || key == "client_key";
}

std::string variable_of(std::string_view tenant) {
  std::string variable;
  for (const char c : tenant) {
    const bool is_small = c >= 'a' && c <= 'z';
    const bool fits = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    variable += is_small ? static_cast<char>(c - 'a' + 'A') : (fits ? c : '_');
  }
  const bool begins_with_digit = !variable.empty() && variable[0] >= '0' && variable[0] <= '9';
  return (begins_with_digit ? "_" : "") + variable;
}

// "datasets-support-emails" for "/api/v1/datasets/support/emails?x=y".
std::string name_of(std::string_view path) {
  constexpr std::size_t kBytesMax = 48;
  std::string name;
  for (const std::string_view piece : base::split(path.substr(0, path.find('?')), '/'))
    if (!piece.empty() && piece != "api" && piece != "v1")
      name += (name.empty() ? "" : "-") + std::string(piece);
  for (char& c : name)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
          c == '.' || c == '-'))
      c = '-';
  return name.empty() ? "request" : name.substr(0, kBytesMax);
}

bool are_successes(const std::vector<int>& statuses) {
  return std::all_of(statuses.begin(), statuses.end(),
                     [](int status) { return status >= 200 && status < 300; });
}

// The lines of a probe that is not in the catalogue.
std::string custom_lines(const std::string& path, const Module& module) {
  std::string lines;
  if (module.method != "GET") lines += fmt::format("method = {}\n", toml_quoted(module.method));
  lines += fmt::format("path = {}\n", toml_quoted(path));
  if (!module.body.empty()) lines += fmt::format("body = {}\n", toml_quoted(module.body));
  if (module.statuses.size() == 1)
    lines += fmt::format("expect = {{ status = {} }}\n", module.statuses[0]);
  return lines;
}

}  // namespace

std::string tenant_key(const TargetUrl& url, const Module& module, const JobTarget& target) {
  std::string key = url.base.url + "\n" + module.token.file + module.token.place;
  if (module.oauth) key += module.oauth->place;
  for (const auto* lines : {&module.tenant_lines, &module.headers, &target.labels})
    for (const KeyLine& line : *lines)
      key += "\n" + line.text();
  return key;
}

TenantDraft::TenantDraft(std::string name, const TargetUrl& url, const Module& module,
                         const JobTarget& target, Notes& notes)
    : name_(std::move(name)) {
  head_ = fmt::format("[[tenant]]\nname = {}\nbase_url = {}\n", toml_quoted(name_),
                      toml_quoted(url.base.url));
  write_token(module, notes);
  for (const KeyLine& line : module.tenant_lines) {
    if (is_file(line.key))
      write_file_line(line, notes);
    else if (const auto fault = fault_of(line.text(), ""))
      notes.push_back(note_of(line, "would be refused: " + *fault));
    else
      head_ += line.text() + "\n";
  }
  head_ += write_table("headers", module.headers, notes);
  head_ += write_table("labels", target.labels, notes);
}

void TenantDraft::write_token(const Module& module, Notes& notes) {
  if (module.oauth) return write_oauth(*module.oauth, notes);
  if (!module.token.file.empty())
    return write_file_line(
        {"token_file", toml_quoted(module.token.file), module.token.place, module.token.origin},
        notes);
  const std::string variable = variable_of(name_) + "_TOKEN";
  head_ += fmt::format("token_env = {}\n", toml_quoted(variable));
  if (module.token.place.empty())
    notes.push_back({module.place, "modules." + module.name,
                     fmt::format("sends no token, and every tenant has one here: put it into the "
                                 "variable {}, or name its file with token_file",
                                 variable)});
  else
    notes.push_back({module.token.place, module.token.origin,
                     fmt::format("the secret was not copied: put it into the variable {}, or into "
                                 "a file that token_file names",
                                 variable)});
}

void TenantDraft::write_oauth(const OAuthHint& hint, Notes& notes) {
  oauth_ = "\n[tenant.oauth]\n";
  for (const KeyLine& line : hint.lines)
    oauth_ += line.text() + "\n";
  if (!hint.secret_file.empty()) {
    oauth_ += fmt::format("client_secret_file = {}\n", toml_quoted(hint.secret_file));
    return;
  }
  const std::string variable = variable_of(name_) + "_CLIENT_SECRET";
  oauth_ += fmt::format("client_secret_env = {}\n", toml_quoted(variable));
  notes.push_back({hint.place, hint.origin,
                   fmt::format("the secret was not copied: put it into the variable {}, or into a "
                               "file that client_secret_file names",
                               variable)});
}

// Whether the file is there is found out by `check`, on the machine that is to have it.
void TenantDraft::write_file_line(const KeyLine& line, Notes& notes) {
  head_ += line.text() + "\n";
  if (!line.value.starts_with("\"/"))
    notes.push_back(note_of(line, "is a relative path: here it starts at the folder of this file"));
}

std::string TenantDraft::write_table(std::string_view key, const std::vector<KeyLine>& lines,
                                     Notes& notes) {
  std::vector<std::string> kept;
  for (const KeyLine& line : lines) {
    const std::string pair = fmt::format("{} = {}", toml_quoted(line.key), line.value);
    if (const auto fault = fault_of(fmt::format("{} = {{ {} }}", key, pair), ""))
      notes.push_back(note_of(line, "would be refused: " + *fault));
    else
      kept.push_back(pair);
  }
  return kept.empty() ? "" : fmt::format("{} = {{ {} }}\n", key, base::join(kept, ", "));
}

bool TenantDraft::add_probe(const TargetUrl& url, const Module& module, const ScrapeJob& job,
                            const JobTarget& target, Notes& notes) {
  const std::string key =
      fmt::format("job {}: {}{}", job.name, url.base.url, url.path.substr(0, url.path.find('?')));
  const auto note = [&](std::string text) {
    notes.push_back({target.place, key, std::move(text)});
  };
  std::string lines;
  std::string wanted = name_of(url.path);
  const auto known = find_known(module.method, url.path);
  if (url.path.empty()) {
    wanted = "not_found";
    lines = "use = \"not_found\"\n";
    note(
        "asks for a page of the portal, which says nothing about the API: the probe not_found "
        "asks the API itself");
  } else if (known && known->needs_accept_cost) {
    note(fmt::format("costs money each time, so it is left to you: the probe {} with accept_cost",
                     known->use));
    return false;
  } else if (known) {
    wanted = known->use;
    lines = fmt::format("use = {}\n", toml_quoted(known->use));
    for (const auto& [parameter, value] : known->parameters)
      lines += fmt::format("{} = {}\n", parameter, toml_quoted(value));
  } else {
    lines = custom_lines(url.path, module);
  }
  lines += job.interval.text() + "\n";
  if (module.timeout) lines += module.timeout->text() + "\n";
  const std::string name = free_name(wanted);
  if (name != wanted || !lines.starts_with("use"))
    lines = fmt::format("name = {}\n", toml_quoted(name)) + lines;
  if (const auto fault = fault_of("", lines)) {
    note("would be refused: " + *fault);
    return false;
  }
  if (!are_successes(module.statuses) && (known || url.path.empty() || module.statuses.size() > 1))
    notes.push_back({module.statuses_place,
                     fmt::format("modules.{}.http.valid_status_codes", module.name),
                     fmt::format("the probe {} decides itself which reply is good", name)});
  constexpr std::size_t kCommentBytesMax = 200;
  probes_ += fmt::format(
      "\n[[tenant.probe]]  # {}\n{}",
      base::sanitise(fmt::format("{}, job {}", target.place, job.name), kCommentBytesMax), lines);
  return true;
}

std::string TenantDraft::free_name(const std::string& wanted) {
  std::string name = wanted;
  for (int i = 2; !probe_names_.insert(name).second; ++i)
    name = fmt::format("{}-{}", wanted, i);
  return name;
}

}  // namespace reinfer::migrate
