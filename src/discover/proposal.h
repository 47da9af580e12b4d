// From a survey of a tenant to a proposal: which probes make sense, and which permission is missing
// for the rest. Used by `reinfer_exporter discover`. Pure functions, any thread. It does not say
// what the probes cost: that follows from the configuration that discover/proposed_toml.h makes.
#pragma once

#include <string>
#include <vector>

#include "discover/survey.h"

namespace reinfer::discover {

struct Suggestion {
  ProbeText probe;
  std::string why;  // half a sentence; empty: nothing to say
};

struct Proposal {
  std::vector<Suggestion> probes;
  std::vector<Suggestion> further;  // that would work as well, and need not run
  std::size_t left_out = 0;         // like `further`, but too many to be named
  std::string found;                // "2 projects, 3 datasets, no source, 1 stream"
  bool is_empty = false;  // all was answered, and there is nothing that a probe could name
  std::vector<std::string> missing;  // sentences: a permission, or what could not be asked
};

Proposal propose(const Survey& survey);

}  // namespace reinfer::discover
