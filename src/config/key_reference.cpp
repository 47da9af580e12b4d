#include "config/key_reference.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/duration.h"
#include "base/text.h"
#include "config/catalogue.h"
#include "config/document.h"
#include "config/read.h"

namespace reinfer::config {
namespace {

constexpr std::string_view kAllowed = ", allowed: ";
// A key that nobody takes for another one.
constexpr std::string_view kUnknownKey = "zzzzzzzz";
// Of a kind, or beyond a range, that some reader refuses: the last that is refused says most.
constexpr std::array<std::string_view, 3> kWrongValues = {"true", "17.5", "\"9999d\""};
constexpr std::string_view kTooLong = "\"364d\"";

// The reader's error for `key = value` in the table; empty: none.
std::string said_to(const KeyTable& table, std::string_view key, std::string_view value) {
  const auto document =
      parse_document(fmt::format("{}{} = {}\n", table.lead, key, value), "reference");
  if (!document) return "";
  base::ProblemList problems("reference");
  read_config(*document, problems);
  const std::string path =
      table.path.empty() ? std::string(key) : fmt::format("{}.{}", table.path, key);
  for (const base::Problem& problem : problems.sorted())
    if (problem.key == path) return problem.text;
  return "";
}

std::string after_allowed(const std::string& said) {
  const auto at = said.find(kAllowed);
  return at == std::string::npos ? "" : said.substr(at + kAllowed.size());
}

// Of one row of a Markdown table.
std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text)
    escaped += c == '|' ? std::string("\\|") : std::string(1, c);
  return escaped;
}

std::string code(std::string_view text) {
  return text.empty() ? "" : fmt::format("`{}`", text);
}

std::string table_markdown(const KeyTable& table) {
  std::string text =
      fmt::format("## {}\n\n{}\n\n",
                  table.path.empty() ? std::string(table.title) : code(table.title), table.meaning);
  text += "| key | default | example | allowed | what it is |\n|---|---|---|---|---|\n";
  for (const KeyRow& row : rows_of(table.path)) {
    const std::string fallback =
        row.default_value.empty() ? std::string(row.absence) : code(row.default_value);
    text +=
        fmt::format("| {} | {} | {} | {} | {} |\n", code(row.key), cell(fallback),
                    cell(code(row.example)), cell(allowed_for(table, row.key)), cell(row.meaning));
  }
  return text + "\n";
}

}  // namespace

std::vector<KeyRow> rows_of(std::string_view table) {
  std::vector<KeyRow> rows;
  for (const KeyRow& row : key_rows())
    if (row.table == table) rows.push_back(row);
  return rows;
}

std::string allowed_for(const KeyTable& table, std::string_view key) {
  const std::string too_long = said_to(table, key, kTooLong);
  // Only a duration out of its range is answered in this form.
  if (too_long.starts_with("is 364d,")) return "a duration " + after_allowed(too_long);
  for (const std::string_view wrong : kWrongValues)
    if (std::string allowed = after_allowed(said_to(table, key, wrong)); !allowed.empty())
      return allowed;
  return "";
}

std::vector<std::string> known_keys(const KeyTable& table) {
  std::vector<std::string> keys;
  const std::string allowed = after_allowed(said_to(table, kUnknownKey, "1"));
  for (const std::string_view key : base::split(allowed, ','))
    keys.emplace_back(base::trim(key));
  std::sort(keys.begin(), keys.end());
  return keys;
}

std::string key_reference_markdown() {
  std::string text;
  for (const KeyTable& table : key_tables())
    text += table_markdown(table);
  // Tables end with an empty line, a file without one.
  text.pop_back();
  return text;
}

std::string catalogue_markdown() {
  std::string text =
      "| `use` | parameters | interval | permission | cost | request | what it reads |\n"
      "|---|---|---|---|---|---|---|\n";
  for (const CatalogueEntry& entry : catalogue()) {
    std::vector<std::string> parameters;
    for (const ParameterRule& rule : parameter_rules())
      if (takes(entry, rule.name)) parameters.push_back(code(rule.name));
    const bool is_limited = entry.interval_min > base::Nanoseconds{0};
    text += fmt::format(
        "| {} | {} | {} | {} | {} | {} | {}{} |\n", code(entry.id), base::join(parameters, ", "),
        is_limited ? base::format_duration(entry.interval_min) : "", entry.permission, entry.cost,
        cell(fmt::format("`{} {}`", entry.method, entry.path)), cell(entry.description),
        entry.needs_accept_cost ? "; needs `accept_cost = true`" : "");
  }
  return text;
}

}  // namespace reinfer::config
