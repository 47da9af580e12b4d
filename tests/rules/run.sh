#!/usr/bin/env bash
# The rules with the distribution's Prometheus and, where it can be had, a newer one. The last line
# is "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/../.."
bash tests/rules/newer_prometheus.sh
exec python3 tests/rules/run.py "$@"
