#!/usr/bin/env bash
# A newer Prometheus than the distribution's, in the user's cache folder: the rules are tested with
# both. Without one the tests go on.
set -euo pipefail
exec bash "$(dirname "$0")/../newer_packages.sh" prometheus-new promtool prometheus promtool
