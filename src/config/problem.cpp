#include "config/problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/text.h"

namespace reinfer {

std::string to_string(const Problem& problem) {
  std::string result = problem.file;
  if (problem.line > 0) result += fmt::format(":{}:{}", problem.line, problem.column);
  if (!problem.key.empty()) result += ": " + problem.key;
  return result + ": " + problem.text;
}

void ProblemList::add(Place place, std::string_view key, std::string text) {
  problems_.push_back({file_, place.line, place.column, std::string(key), std::move(text)});
}

Problems ProblemList::sorted() const {
  const auto order = [](const Problem& p) { return std::tie(p.line, p.column, p.key, p.text); };
  Problems result = problems_;
  std::sort(result.begin(), result.end(),
            [&](const Problem& a, const Problem& b) { return order(a) < order(b); });
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

std::string quote(std::string_view value) {
  constexpr std::size_t kShownBytes = 120;
  const std::string shown = sanitise(value, kShownBytes);
  return fmt::format("\"{}\"{}", shown, value.size() > kShownBytes ? "..." : "");
}

std::string list_of(const std::vector<std::string_view>& words) {
  std::string result;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) result += i + 1 == words.size() ? " or " : ", ";
    result += words[i];
  }
  return result;
}

}  // namespace reinfer
