#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/fuzz/targets.h"
#include "tests/unit/source_path.h"

namespace reinfer::tests::corpus_test {
namespace {

TEST_CASE("every input that fuzzing began with or found keeps what must hold") {
  for (const FuzzTarget& target : fuzz_targets()) {
    const std::string folder = source_path("tests/fuzz/corpus/" + std::string(target.name));
    std::size_t played = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
      CAPTURE(file.path().string());
      std::ifstream stream(file.path(), std::ios::binary);
      target.run(std::string(std::istreambuf_iterator<char>(stream), {}));
      ++played;
    }
    CHECK(played > 0);
  }
}

}  // namespace
}  // namespace reinfer::tests::corpus_test
