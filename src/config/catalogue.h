// The catalogue of requests that the exporter knows by name: `use = "dataset"` in a configuration.
// Each one only reads, and defines a good reply. A constant table and pure functions on it, used to
// prove a configuration and to print the list of checks. Any thread.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "model/target.h"

namespace reinfer::config {

struct CatalogueEntry {
  std::string_view id;
  std::string_view method;
  std::string_view path;       // after the base URL; "{project}" and the like are parameters
  std::string_view body = {};  // the same; empty: none
  int http_status = 0;         // exact code of a good reply; 0: any 2xx
  std::string_view key = {};   // top-level key of a good reply; empty: none
  model::JsonType type = model::JsonType::any;
  std::optional<std::size_t> length = std::nullopt;
  base::Nanoseconds interval_min{};  // zero: no limit of its own
  bool needs_accept_cost = false;
  std::string_view permission;  // that the token's user needs, as the vendor calls it
  std::string_view cost;        // to the server, and in money
  std::string_view description;
};

struct ParameterRule {
  std::string_view name;
  std::string_view form;  // of a value, for messages
  bool (*accepts)(std::string_view value);
  bool takes_integer = false;  // besides strings
};

std::span<const CatalogueEntry> catalogue();
const CatalogueEntry* find_in_catalogue(std::string_view id);
std::vector<std::string_view> catalogue_ids();

// Why a known request of the API is not in the catalogue; nullopt if the request is unknown.
std::optional<std::string_view> reason_left_out(std::string_view id);

// All parameters of all entries.
std::span<const ParameterRule> parameter_rules();

// Whether the entry has this parameter.
bool takes(const CatalogueEntry& entry, std::string_view parameter);

// Path and body with the parameters filled in, percent-encoded in the path. `values` holds a valid
// value for each parameter of the entry.
using ParameterValues = std::map<std::string, std::string, std::less<>>;
std::string filled_path(const CatalogueEntry& entry, const ParameterValues& values);
std::string filled_body(const CatalogueEntry& entry, const ParameterValues& values);

model::Expectation expectation_of(const CatalogueEntry& entry);

}  // namespace reinfer::config
