#!/usr/bin/env bash
# Installs what the tests need with apt, builds, and runs suites of tests:
#
#   bash tests/run.sh               those of every day
#   bash tests/run.sh --all         all: sanitizers, other compilers, Debian 13, linters too. One of
#                                   these is left out while nothing that it depends on has changed
#   bash tests/run.sh --all --fresh all of them in any case
#   bash tests/run.sh --all --without drills    all but one
#   bash tests/run.sh --all --minutes=80        what is slow ends after 80 minutes
#   bash tests/run.sh unit e2e      those two, with the build they need
#   bash tests/run.sh --list        the suites, and how long each took last time
#
# README.md in this folder says what each is for. The logs stay in build/test-logs. The last line is
# "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/.."
source deploy/packages.sh

packages=("${build_packages[@]}" "${test_packages[@]}")
for argument in "$@"; do
  case "$argument" in
    -h | --help) sed -n '2,15s/^# \{0,1\}//p' tests/run.sh; exit 0 ;;
    --list) packages=(python3) ;;
    --all | clang* | *asan | *tsan) packages+=("${clang_packages[@]}" "${lint_packages[@]}") ;;
  esac
done
install_packages "${packages[@]}"
exec python3 tests/suites.py "$@"
