#!/usr/bin/env bash
# Builds with clang 14, every warning an error and without precompiled headers, and lets the
# programs and the unit tests show that they run. The last line is "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/../.."

passed=0 failed=0
check() {
  if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

# shellcheck disable=SC2317  # run by check
built() {
  cmake --preset clang -DREINFER_WERROR=ON -DREINFER_TESTS=ON &&
    cmake --build build/clang --parallel "$(nproc)"
}

check built
check build/clang/src/reinfer_exporter --version
check env ACME_PRODUCTION_TOKEN=none build/clang/src/reinfer_exporter check \
  --config.file=config/reinfer_exporter.toml
check build/clang/src/simulator/reinfer_simulator --version
check build/clang/tests/unit/unit_tests
echo "$passed passed, $failed failed"
[[ $failed == 0 ]]
