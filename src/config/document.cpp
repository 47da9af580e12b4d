#include "config/document.h"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <optional>
#include <sstream>

#include "base/check.h"
#include "base/text.h"

namespace reinfer::config {
namespace {

using Kind = DocumentValue::Kind;

// Deeper than any configuration of ours, shallow enough for recursion.
constexpr int kDepthMax = 16;
constexpr int kDotsMax = 256;

base::Place place_of(const toml::source_region& region, int file) {
  return {static_cast<int>(region.begin.line), static_cast<int>(region.begin.column), file};
}

Kind kind_of(toml::node_type type) {
  switch (type) {
    case toml::node_type::string:
      return Kind::string;
    case toml::node_type::integer:
      return Kind::integer;
    case toml::node_type::floating_point:
      return Kind::number;
    case toml::node_type::boolean:
      return Kind::boolean;
    case toml::node_type::array:
      return Kind::array;
    case toml::node_type::table:
      return Kind::table;
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
      return Kind::date_or_time;
    case toml::node_type::none:
      break;
  }
  base::check(false, "a parsed document has no empty nodes");
  return Kind::table;
}

template <class T>
std::string printed(const T& date_or_time) {
  std::ostringstream text;
  text << date_or_time;
  return text.str();
}

// Sets `too_deep` to the first node that is nested too deeply, and leaves its children out.
DocumentValue convert(const toml::node& node, int file, int depth,
                      std::optional<base::Place>& too_deep) {
  DocumentValue result;
  result.kind = kind_of(node.type());
  result.place = place_of(node.source(), file);
  if (depth > kDepthMax) {
    if (!too_deep) too_deep = result.place;
    return result;
  }
  if (const auto* text = node.as_string()) result.text = text->get();
  if (const auto* date = node.as_date()) result.text = printed(date->get());
  if (const auto* time = node.as_time()) result.text = printed(time->get());
  if (const auto* both = node.as_date_time()) result.text = printed(both->get());
  if (const auto* integer = node.as_integer()) result.integer = integer->get();
  if (const auto* number = node.as_floating_point()) result.number = number->get();
  if (const auto* boolean = node.as_boolean()) result.boolean = boolean->get();
  if (const auto* array = node.as_array())
    for (const toml::node& item : *array)
      result.items.push_back(convert(item, file, depth + 1, too_deep));
  if (const auto* table = node.as_table())
    for (const auto& [key, value] : *table)
      result.members.push_back({std::string(key.str()), place_of(key.source(), file),
                                convert(value, file, depth + 1, too_deep)});
  return result;
}

// toml++ makes a table of each part of a dotted key and destroys the tables recursively: a line of
// a million dots would overflow the stack. Returns the first line with too many dots outside
// quotes, or 0.
int line_with_too_many_dots(std::string_view toml) {
  int line = 1;
  int dots = 0;
  char quote = '\0';
  for (const char c : toml) {
    if (c == '\n') {
      ++line;
      dots = 0;
      quote = '\0';
    } else if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '.' && ++dots > kDotsMax) {
      return line;
    }
  }
  return 0;
}

// toml++ names the character its parser met; these texts name the usual mistake.
struct SyntaxHint {
  std::string_view part;
  std::string_view hint;
};

constexpr std::array kSyntaxHints = {
    SyntaxHint{"decimal integer", " (a duration or a name stands in quotes, such as \"30s\")"},
    SyntaxHint{"floating-point", " (a duration or a name stands in quotes, such as \"30s\")"},
    SyntaxHint{"unescaped control character", " (is the quote at the end of the line missing?)"},
    SyntaxHint{"could not determine value type", " (texts stand in quotes)"},
    SyntaxHint{"inline table", " (a table in braces stands on one line)"},
    SyntaxHint{"cannot redefine", " (it is written twice)"},
};

base::Problem syntax_problem(const std::string& file_name, base::Place place,
                             std::string_view text) {
  constexpr std::string_view kPrefix = "Error ";
  constexpr std::size_t kShownBytes = 300;
  if (text.starts_with(kPrefix)) text.remove_prefix(kPrefix.size());
  std::string result = "is not valid TOML: " + base::sanitise(text, kShownBytes);
  for (const SyntaxHint& hint : kSyntaxHints) {
    if (text.find(hint.part) == std::string_view::npos) continue;
    result += hint.hint;
    break;
  }
  return {file_name, place.line, place.column, "", result};
}

constexpr std::string_view kYamlKeyCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

// Whether the first line that says something could begin a YAML file; none of these begins a TOML
// file.
bool looks_like_yaml(std::string_view text) {
  for (const std::string_view raw : base::split(text, '\n')) {
    const std::string_view line = base::trim(raw);
    if (line.empty() || line.front() == '#') continue;
    if (line == "---" || line.starts_with("- ") || line.starts_with("%YAML")) return true;
    const std::size_t colon = line.find(':');
    const bool is_key = colon != std::string_view::npos && colon > 0 &&
                        line.find_first_not_of(kYamlKeyCharacters) == colon;
    return is_key && (colon + 1 == line.size() || line[colon + 1] == ' ');
  }
  return false;
}

constexpr std::string_view kIsYaml =
    "is YAML, allowed: TOML, which writes key = \"value\" and [probe] or [[tenant]] above the keys "
    "of a table; `reinfer_exporter import-blackbox` makes such a file from blackbox_exporter's, "
    "`reinfer_exporter discover` from a token";

}  // namespace

std::string_view describe(Kind kind) {
  switch (kind) {
    case Kind::string:
      return "a string";
    case Kind::integer:
      return "an integer";
    case Kind::number:
      return "a number with a fraction";
    case Kind::boolean:
      return "a boolean";
    case Kind::date_or_time:
      return "a date or time";
    case Kind::array:
      return "an array";
    case Kind::table:
      return "a table";
  }
  base::check(false, "a kind of value is one of those listed");
  return "";
}

tl::expected<DocumentValue, base::Problem> parse_document(std::string_view toml,
                                                          const std::string& file_name, int file) {
  if (const int line = line_with_too_many_dots(toml); line > 0)
    return tl::unexpected(syntax_problem(file_name, {line, 1}, "the line has too many dots"));
  try {
    const toml::table table = toml::parse(toml, file_name);
    std::optional<base::Place> too_deep;
    DocumentValue document = convert(table, file, 0, too_deep);
    if (!too_deep) return document;
    return tl::unexpected(
        syntax_problem(file_name, *too_deep, "tables or arrays are nested too deeply"));
  } catch (const toml::parse_error& error) {
    if (looks_like_yaml(toml))
      return tl::unexpected(base::Problem{file_name, 1, 1, "", std::string(kIsYaml)});
    return tl::unexpected(
        syntax_problem(file_name, place_of(error.source(), file), error.description()));
  }
}

}  // namespace reinfer::config
