#!/usr/bin/env bash
# Says which .h and .cpp files clang-format 14 would change; with --fix it changes them instead.
# The last line is "N passed, N failed", in files.
set -euo pipefail

cd "$(dirname "$0")/../.."
mapfile -t files < <(git ls-files '*.h' '*.cpp')
case ${1-} in
  --fix) exec clang-format-14 -i "${files[@]}" ;;
  '') ;;
  *)
    echo "usage: tests/tidy/clang_format.sh [--fix]" >&2
    exit 2
    ;;
esac

# Of each file that it would change, clang-format says at least one line.
failed=$(printf '%s\0' "${files[@]}" |
  xargs -0 -n 50 -P "$(nproc)" clang-format-14 --dry-run 2>&1 |
  tee /dev/stderr | sed -n 's/^\([^ :]*\.\(h\|cpp\)\):[0-9].*/\1/p' | sort -u | wc -l)
echo "$((${#files[@]} - failed)) passed, $failed failed"
[[ $failed == 0 ]]
