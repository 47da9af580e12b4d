// Reads the keys of one TOML table strictly: it reports values of the wrong type or outside their
// range, and unknown keys. Used by config/read.cpp for each table of a document; one thread,
// short-lived: the document and the list of problems outlive it.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/problem.h"
#include "config/config.h"
#include "config/document.h"

namespace reinfer::config {

template <class T>
struct Choice {
  std::string_view word;
  T value;
};

class TableReader {
 public:
  // `path` is the table's own dotted key, "" at the top.
  TableReader(const DocumentValue& table, std::string path, base::ProblemList& problems)
      : table_(table), path_(std::move(path)), problems_(problems) {}

  Setting<std::string> text(std::string_view key);
  // Integers become their digits.
  Setting<std::string> text_or_integer(std::string_view key);
  Setting<std::int64_t> integer(std::string_view key, std::int64_t min, std::int64_t max);
  // Per cent in the file, with or without a fraction; the value is a ratio, 99.9 becomes 0.999.
  Setting<double> percentage(std::string_view key, double min, double max);
  Setting<bool> boolean(std::string_view key);
  Setting<base::Nanoseconds> duration(std::string_view key, base::Nanoseconds min,
                                      base::Nanoseconds max);
  // A date and time with an offset, TOML's own or in a string.
  Setting<base::WallTime> moment(std::string_view key);
  // 1 to `count_max` strings, none of them empty; `example` is for messages, which do not show the
  // strings themselves.
  Setting<std::vector<std::string>> texts(std::string_view key, std::size_t count_max,
                                          std::string_view example);
  // The same, or a single string.
  Setting<std::vector<std::string>> text_or_texts(std::string_view key, std::size_t count_max,
                                                  std::string_view example);
  // 1 to `count_max` durations above zero, each longer than the one before it.
  Setting<std::vector<base::Nanoseconds>> rising_durations(std::string_view key,
                                                           std::size_t count_max);

  // One of the words; a word of digits may also be written as an integer.
  template <class T, std::size_t N>
  Setting<T> choice(std::string_view key, const std::array<Choice<T>, N>& choices);

  // The place of the key; the caller reads its value.
  template <class T>
  Setting<T> started(std::string_view key) const;

  // The member if it is a table, nullptr if it is missing or wrong.
  const DocumentValue* table(std::string_view key);
  // The tables of an array of tables; empty if it is missing, wrong or empty.
  std::vector<const DocumentValue*> tables(std::string_view key);
  // The place of the key if it is written, for a caller that reports it itself.
  std::optional<base::Place> take_refused(std::string_view key);
  bool has(std::string_view key) const { return member(key) != nullptr; }

  // Reports every key that was not read. Call it last.
  void finish();

  // The dotted key for messages; unknown keys are shortened and cleaned.
  std::string key_path(std::string_view key) const;

 private:
  const DocumentMember* member(std::string_view key) const;
  // The member if it has this kind, after reporting it otherwise.
  const DocumentMember* take(std::string_view key, DocumentValue::Kind kind,
                             std::string_view allowed);
  void wrong(const DocumentMember& member, std::string text);
  void refuse(const DocumentMember& member);

  const DocumentValue& table_;
  std::string path_;
  base::ProblemList& problems_;
  std::vector<std::string_view> known_;    // keys that were read
  std::vector<std::string_view> refused_;  // keys that the caller reports
};

template <class T>
Setting<T> TableReader::started(std::string_view key) const {
  const DocumentMember* found = member(key);
  if (!found) return {};
  return {true, std::nullopt, found->place, key_path(key)};
}

template <class T, std::size_t N>
Setting<T> TableReader::choice(std::string_view key, const std::array<Choice<T>, N>& choices) {
  std::vector<std::string> quoted;
  quoted.reserve(N);
  for (const Choice<T>& choice : choices)
    quoted.push_back(base::quote(choice.word));
  const std::string allowed = base::list_of({quoted.begin(), quoted.end()});
  Setting<T> setting = started<T>(key);
  const DocumentMember* written = member(key);
  if (written && written->value.kind == DocumentValue::Kind::integer)
    for (const Choice<T>& choice : choices)
      if (choice.word == std::to_string(written->value.integer)) setting.value = choice.value;
  if (setting.value) known_.push_back(key);
  if (setting.value) return setting;
  const DocumentMember* found = take(key, DocumentValue::Kind::string, allowed);
  if (!found) return setting;
  for (const Choice<T>& choice : choices)
    if (choice.word == found->value.text) setting.value = choice.value;
  if (!setting.value)
    wrong(*found, "is " + base::quote(found->value.text) + ", allowed: " + allowed);
  return setting;
}

}  // namespace reinfer::config
