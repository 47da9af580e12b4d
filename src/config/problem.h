// What is wrong with a configuration file, and where. Every file of this folder adds to one
// ProblemList; the command line prints the result and a reload logs it. Used by one thread at a
// time. It never holds a token: texts quote values only where the value cannot be one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace reinfer {

// Where something is written, counted from 1. Line 0: nowhere in particular, the whole file.
struct Place {
  int line = 0;
  int column = 0;
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
  explicit ProblemList(std::string file) : file_(std::move(file)) {}

  void add(Place place, std::string_view key, std::string text);
  bool empty() const { return problems_.empty(); }
  std::size_t size() const { return problems_.size(); }
  const std::string& file() const { return file_; }

  // In file order, each one once. (What several probes inherit is checked for each of them.)
  Problems sorted() const;

 private:
  std::string file_;
  Problems problems_;
};

// A stranger's value in quotes, shortened and without control characters, fit for a message.
std::string quote(std::string_view value);

// "a, b or c".
std::string list_of(const std::vector<std::string_view>& words);

}  // namespace reinfer
