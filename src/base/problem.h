// What is wrong with a configuration file, and where. Every file of this folder adds to one
// ProblemList; the command line prints the result and a reload logs it. Used by one thread at a
// time. It never holds a token: texts quote values only where the value cannot be one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace reinfer::base {

// Where something is written, counted from 1. Line 0: nowhere in particular, the whole file.
struct Place {
  int line = 0;
  int column = 0;
  int file = 0;  // position in the ProblemList's files; 0 is the one that includes the others
  bool operator==(const Place&) const = default;
};

struct Problem {
  std::string file;
  int line = 0;
  int column = 0;
  std::string key;   // dotted, "tenant.probe.interval"; empty: none in particular
  std::string text;  // what is wrong, and what is allowed
  bool operator==(const Problem&) const = default;
};

using Problems = std::vector<Problem>;

// "FILE:LINE:COLUMN: KEY: TEXT", without the parts that are not known.
std::string to_string(const Problem& problem);

class ProblemList {
 public:
  explicit ProblemList(std::string file) : files_{std::move(file)} {}

  // One more file; what is written in it has the position returned as Place::file.
  int add_file(std::string file);
  void add(Place place, std::string_view key, std::string text);
  // One that is known already, about `file`.
  void add(int file, Problem problem);
  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  const std::string& file_of(Place place) const;
  // How somebody who looks at `from` would name the line of `place`: "line 3", "FILE:3".
  std::string line_seen_from(Place from, Place place) const;

  // In file order, each one once. (What several probes inherit is checked for each of them.)
  Problems sorted() const;

 private:
  struct Entry {
    int file = 0;
    Problem problem;
  };

  std::vector<std::string> files_;
  std::vector<Entry> entries_;
};

// A stranger's value in quotes, shortened and without control characters, fit for a message.
std::string quote(std::string_view value);

// "a, b or c".
std::string list_of(const std::vector<std::string_view>& words);

}  // namespace reinfer::base
