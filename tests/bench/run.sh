#!/usr/bin/env bash
# Measures the exporter against its peers and prints a table; see README.md beside this file.
#
#   bash tests/bench/run.sh [PART...] [--runs N] [--seconds S] [--rounds N] [--quick]
#
# Parts: truth, error, cpu, own, size, burst, growth, holds, lag, scrape, start, sight, quota,
# places, rules, history.
#
# Installs what it needs with apt and builds it. A whole run writes RESULTS.md and the pictures
# beside this file; raw numbers stay in build/bench.
set -euo pipefail
cd "$(dirname "$0")/../.."
source deploy/packages.sh

install_packages "${build_packages[@]}" "${bench_packages[@]}" podman runc
# Without these the parts that want them say so and leave them out.
bash tests/newer_packages.sh blackbox-new prometheus-blackbox-exporter prometheus-blackbox-exporter
bash tests/browser/install.sh || echo "skipped: no browser could be had"
log=build/bench/build.log
mkdir -p build/bench
if ! { cmake --preset release -DREINFER_TESTS=ON && cmake --build build/release --target bench; } \
  >"$log" 2>&1; then
  tail -n 80 "$log"
  exit 1
fi
exec python3 tests/bench/bench.py --build-dir build/release "$@"
