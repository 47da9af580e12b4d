// Goes through the families of a scrape and their subjects: the targets, the tenants, or the
// exporter itself. An Exposition writes with it piece by piece, a Collectable all at once, each
// with an Encoder of its own. By one thread at a time; it refers to facts that outlive it.
#pragma once

#include <cstddef>
#include <vector>

#include "metrics/families.h"

namespace reinfer::metrics {

// Sets the labels of a target, and since when it is counted. `labels`: kept for its memory.
void set_target(const TargetFacts& of, std::vector<Label>& labels, Encoder& encoder);

class FamilyWalk {
 public:
  explicit FamilyWalk(const ScrapeFacts& facts) : facts_(facts) {}

  // How many subjects have samples of this family.
  std::size_t subjects(const Family& family) const;
  // Writes the samples of one subject, after encoder.begin(family.head).
  void write(const Family& family, std::size_t subject, Encoder& encoder);

 private:
  void write_instrument(const InstrumentFamily& family, Encoder& encoder);

  const ScrapeFacts facts_;
  std::vector<Label> labels_;  // of the subject, kept for its memory
};

}  // namespace reinfer::metrics
