#include "base/problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/text.h"

namespace reinfer::base {
namespace {

// Room for two paths and a list of what is allowed.
constexpr std::size_t kShownBytesMax = 16 * 1024;

}  // namespace

std::string to_string(const Problem& problem) {
  std::string result = problem.file;
  if (problem.line > 0) result += fmt::format(":{}:{}", problem.line, problem.column);
  if (!problem.key.empty()) result += ": " + problem.key;
  return sanitise(result + ": " + problem.text, kShownBytesMax);
}

int ProblemList::add_file(std::string file) {
  files_.push_back(std::move(file));
  return static_cast<int>(files_.size()) - 1;
}

void ProblemList::add(Place place, std::string_view key, std::string text) {
  add(place.file, {file_of(place), place.line, place.column, std::string(key), std::move(text)});
}

void ProblemList::add(int file, Problem problem) {
  entries_.push_back({file, std::move(problem)});
}

const std::string& ProblemList::file_of(Place place) const {
  return files_.at(static_cast<std::size_t>(place.file));
}

std::string ProblemList::line_seen_from(Place from, Place place) const {
  return from.file == place.file ? fmt::format("line {}", place.line)
                                 : fmt::format("{}:{}", file_of(place), place.line);
}

Problems ProblemList::sorted() const {
  const auto order = [](const Entry& e) {
    return std::tie(e.file, e.problem.line, e.problem.column, e.problem.key, e.problem.text);
  };
  std::vector<Entry> entries = entries_;
  std::sort(entries.begin(), entries.end(),
            [&](const Entry& a, const Entry& b) { return order(a) < order(b); });
  Problems result;
  for (Entry& entry : entries)
    if (result.empty() || !(result.back() == entry.problem))
      result.push_back(std::move(entry.problem));
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

}  // namespace reinfer::base
