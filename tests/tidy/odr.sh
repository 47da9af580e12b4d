#!/usr/bin/env bash
# One definition of each name: builds a program of the preset dev with -flto, whose link compares
# the types of all objects, and looks for symbols that two objects of build/release define. The link
# compiles the product once more, so it is one program's: the component level's. It takes in all of
# the product, but for each program's own main.cpp and app/wiped_delete.cpp, which declare no type.
# The last line is "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/../.."

passed=0 failed=0
check() {
  if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

# shellcheck disable=SC2317  # run by check
linked_as_a_whole() {
  cmake --preset dev -DREINFER_WERROR=ON -DREINFER_TESTS=ON -DREINFER_LTO=ON \
    -DCMAKE_UNITY_BUILD=ON "-DCMAKE_CXX_FLAGS_DEBUG=-O0 -g0" &&
    cmake --build build/dev --parallel "$(nproc)" --target component_tests
}

check linked_as_a_whole
check python3 tests/tidy/odr.py build/release
echo "$passed passed, $failed failed"
[[ $failed == 0 ]]
