#!/usr/bin/env bash
# Says which .h and .cpp files clang-format 14 would change; with --fix it changes them.
set -euo pipefail

cd "$(dirname "$0")/../.."
case ${1-} in
  '') mode=(--dry-run -Werror) ;;
  --fix) mode=(-i) ;;
  *)
    echo "usage: tests/tidy/clang_format.sh [--fix]" >&2
    exit 2
    ;;
esac
git ls-files -z '*.h' '*.cpp' | xargs -0 -n 20 -P "$(nproc)" clang-format-14 "${mode[@]}"
