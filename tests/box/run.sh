#!/usr/bin/env bash
# Builds the images, starts them, renders what goes into a cluster and checks all of it. Needs root.
#
#   bash tests/box/run.sh [-k TEXT]
#
# The last line is "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/../.."
source deploy/packages.sh
install_packages "${box_packages[@]}"
bash tests/box/tools.sh
exec python3 tests/box/run.py "$@"
