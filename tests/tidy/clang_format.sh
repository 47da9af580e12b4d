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

failed=0
for file in "${files[@]}"; do
  clang-format-14 --dry-run -Werror "$file" || failed=$((failed + 1))
done
echo "$((${#files[@]} - failed)) passed, $failed failed"
[[ $failed == 0 ]]
