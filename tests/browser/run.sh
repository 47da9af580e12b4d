#!/usr/bin/env bash
# The status page in a real browser, or pictures of it:
#
#   bash tests/browser/run.sh [--build-dir=build/release]             the tests
#   bash tests/browser/run.sh --pictures [--build-dir=build/release]  writes dashboards/page/*.png
#
# Takes Chromium from Debian and two pinned packages from npm, which go to build/browser. The last
# line of the tests is "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/../.."

script=tests/browser/run_tests.mjs
build_dir=build/release
for argument in "$@"; do
  case "$argument" in
    --pictures) script=tests/browser/pictures.mjs ;;
    --build-dir=?*) build_dir=${argument#*=} ;;
    -h | --help) sed -n '2,8s/^# \{0,1\}//p' tests/browser/run.sh; exit 0 ;;
    *) echo "unknown argument $argument (allowed: --pictures, --build-dir=DIR)" >&2; exit 2 ;;
  esac
done

bash tests/browser/install.sh
exec node "$script" "$(realpath "$build_dir")"
