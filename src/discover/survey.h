// The things that a token may see in a tenant, by a handful of listings: which ones are asked, and
// what is read from their replies. Used by `reinfer_exporter discover`, which sends them. Pure
// functions, any thread. Of a reply only the names of things are kept: it may hold personal data.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/outcome.h"

namespace reinfer::discover {

// A probe of the catalogue as a configuration writes it.
struct ProbeText {
  std::string name;
  std::string use;
  std::vector<std::pair<std::string, std::string>> parameters = {};  // key and value, in order
  bool operator==(const ProbeText&) const = default;
};

struct Resource {
  std::string project;  // of a project: its own name
  std::string name;
  std::string modified;  // as the API writes it, so later is greater; empty: not said
  bool operator==(const Resource&) const = default;
};

// The reply to one question.
struct Listing {
  ProbeText question;
  model::Outcome outcome = model::Outcome::monitor_error;
  std::string message;
  std::vector<Resource> resources;  // by project and name
  std::size_t unusable = 0;         // things with names that no configuration takes

  // The parameter of the question; empty if it has none.
  std::string_view parameter(std::string_view key) const;
};

using Survey = std::vector<Listing>;

// The questions that stand at the beginning, in the order in which they are asked.
std::vector<ProbeText> first_questions();

// The streams of the datasets that probes are proposed for, of three at most.
std::vector<ProbeText> stream_questions(const Survey& survey);

// `body` is the reply's, read only if the outcome is ok.
Listing read_listing(ProbeText question, model::Outcome outcome, std::string message,
                     std::string_view body);

// The answers to that question, those with an outcome of ok alone.
std::vector<Resource> seen(const Survey& survey, std::string_view use);

// Of each project the one that was changed last, in the order of projects, `count_max` at most.
std::vector<Resource> latest_of_each_project(const std::vector<Resource>& resources,
                                             std::size_t count_max);
inline constexpr std::size_t kProjectsProbedMax = 5;

// Whether asking further would be of no use: nobody answers in the API's name, the token is
// refused, or the platform asks to be left alone.
bool is_hopeless(const Survey& survey);

}  // namespace reinfer::discover
