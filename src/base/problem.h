// The problems of a configuration file and their places. All files of the config room add to one
// ProblemList; commands print the result and a reload logs it. Used by one thread at a time. It
// never holds a token: texts quote a value only if it cannot be one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace reinfer::base {

// A place in a file; line and column count from 1. Line 0 means the whole file.
struct Place {
  int line = 0;
  int column = 0;
  int file = 0;  // position in the ProblemList's files; 0 is the main file
  bool operator==(const Place&) const = default;
};

struct Problem {
  std::string file;
  int line = 0;
  int column = 0;
  std::string key;   // dotted, "tenant.probe.interval"; empty: none
  std::string text;  // the problem, and what is allowed
  bool operator==(const Problem&) const = default;
};

using Problems = std::vector<Problem>;

// "FILE:LINE:COLUMN: KEY: TEXT", without the unknown parts, and safe for a terminal whatever the
// names of files are.
std::string to_string(const Problem& problem);

class ProblemList {
 public:
  explicit ProblemList(std::string file) : files_{std::move(file)} {}

  // Adds a file; returns the value of Place::file for places in it.
  int add_file(std::string file);
  void add(Place place, std::string_view key, std::string text);
  // Adds a complete problem of `file`.
  void add(int file, Problem problem);
  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  const std::string& file_of(Place place) const;
  // The line of `place` as a message at `from` names it: "line 3", or "FILE:3" for another file.
  std::string line_seen_from(Place from, Place place) const;

  // In file order, without duplicates (an inherited setting is checked once for each probe).
  Problems sorted() const;

 private:
  struct Entry {
    int file = 0;
    Problem problem;
  };

  std::vector<std::string> files_;
  std::vector<Entry> entries_;
};

// A value in quotes for a message: shortened, without control characters.
std::string quote(std::string_view value);

// "a, b or c".
std::string list_of(const std::vector<std::string_view>& words);

}  // namespace reinfer::base
