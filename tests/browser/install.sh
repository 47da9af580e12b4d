#!/usr/bin/env bash
# Chromium from Debian and two pinned packages from npm, which go to build/browser; for run.sh
# beside this file and for tests/bench.
set -euo pipefail
cd "$(dirname "$0")/../.."
source deploy/packages.sh

install_packages "${browser_packages[@]}"
# Some distributions of Node bring npm along and conflict with Debian's package of that name.
if ! command -v npm >/dev/null; then install_packages nodejs npm; fi
mkdir -p build/browser
if ! cmp -s tests/browser/package-lock.json build/browser/installed-lock.json; then
  cp tests/browser/package.json tests/browser/package-lock.json build/browser/
  (cd build/browser && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  cp tests/browser/package-lock.json build/browser/installed-lock.json
fi
