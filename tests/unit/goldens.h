// Texts that are compared with files of tests/unit/goldens. They are rewritten when
// REINFER_UPDATE_GOLDENS is set, and read in the diff.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/unit/source_path.h"

namespace reinfer::tests {

inline void check_golden(const std::string& name, const std::string& text) {
  const std::string path = source_path("tests/unit/goldens/" + name);
  if (std::getenv("REINFER_UPDATE_GOLDENS") != nullptr) std::ofstream(path) << text;
  std::ostringstream golden;
  golden << std::ifstream(path).rdbuf();
  CAPTURE(name);
  CHECK(text == golden.str());
}

}  // namespace reinfer::tests
