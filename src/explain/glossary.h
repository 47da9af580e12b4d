// The words of the product, each with one meaning: those that its readers need first, then the
// figures that page, API, terminal and boards show. The page prints them, README.md and
// dashboards/metrics.md repeat them.
#pragma once

#include <span>
#include <string_view>

namespace reinfer::explain {

struct GlossaryEntry {
  std::string_view word;
  std::string_view meaning;  // one sentence
};

std::span<const GlossaryEntry> glossary();

}  // namespace reinfer::explain
