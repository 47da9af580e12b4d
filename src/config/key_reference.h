// The reference of all keys in words: a table of what a key means, and Markdown made of it. The
// allowed values are not written here a second time: the reader of configurations is asked, by a
// value that it refuses. A test holds the table against the keys that the reader knows, and
// config/README.md and config/probes.md against the Markdown. Constant; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace reinfer::config {

struct KeyTable {
  std::string_view path;   // "tenant.oauth"; empty: the top of a file
  std::string_view title;  // as it is written, "[tenant.oauth]"
  std::string_view lead;   // lines of a document that lead to its keys
  std::string_view meaning;
  std::string_view also = {};  // path of a table whose keys may stand here too; empty: none
};

struct KeyRow {
  std::string_view table;  // KeyTable::path
  std::string_view key;
  // As TOML writes it; empty: there is none, and `absence` says what holds then.
  std::string_view default_value;
  std::string_view absence;
  std::string_view example;  // as TOML writes it; empty: the default is one, or it is a table
  std::string_view meaning;
};

std::span<const KeyTable> key_tables();
std::span<const KeyRow> key_rows();
std::vector<KeyRow> rows_of(std::string_view table);

// The values that the reader allows, in its own words.
std::string allowed_for(const KeyTable& table, std::string_view key);

// The keys that the reader knows in a table.
std::vector<std::string> known_keys(const KeyTable& table);

// The tables of keys, as Markdown.
std::string key_reference_markdown();

// The catalogue of probes, as Markdown.
std::string catalogue_markdown();

}  // namespace reinfer::config
