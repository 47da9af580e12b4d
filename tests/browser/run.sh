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
source deploy/packages.sh

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

install_packages "${browser_packages[@]}"
# Some distributions of Node bring npm along and conflict with Debian's package of that name.
if ! command -v npm >/dev/null; then install_packages nodejs npm; fi
mkdir -p build/browser
if ! cmp -s tests/browser/package-lock.json build/browser/installed-lock.json; then
  cp tests/browser/package.json tests/browser/package-lock.json build/browser/
  (cd build/browser && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  cp tests/browser/package-lock.json build/browser/installed-lock.json
fi
exec node "$script" "$(realpath "$build_dir")"
