#!/usr/bin/env bash
# Runs clang-tidy 14 over every .cpp file of src. The checks stand in .clang-tidy; each is an error.
#
#   tests/tidy/clang_tidy.sh --build-dir=DIR [--jobs=N] [FILE...]
#
# DIR is a configured build with a compile_commands.json. A file that passed is not checked again
# until it, a header of ours that it includes, its compile command, .clang-tidy or clang-tidy itself
# changes. (Headers of the system are not looked at: remove DIR/tidy after upgrading those.)
# The last line is "N passed, N failed", in files.
set -euo pipefail

usage() {
  sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
  exit 2
}

# Checks one file and leaves the checksums of all that it was judged by as its stamp.
# shellcheck disable=SC2317  # run by xargs
check_one() {
  local file=$1 stamp
  stamp="$stamps/${file//\//+}"
  touch "$stamp.failed"
  grep -F -- "-c $PWD/$file\"" "$build/compile_commands.json" >"$stamp.command" || {
    echo "$file: not in $build/compile_commands.json: name it in a CMakeLists.txt and configure"
    return 1
  }
  if sha256sum --check --status "$stamp.passed" 2>/dev/null; then
    rm "$stamp.failed"
    return
  fi
  local headers inputs output
  headers=$(g++ -std=c++20 -MM -I src "$file" | sed 's/^[^:]*://; s/\\$//')
  # shellcheck disable=SC2086  # a list of words
  inputs=$(sha256sum .clang-tidy "$stamps/version" "$stamp.command" $headers)
  if ! output=$(clang-tidy-14 --quiet -p "$build" "$file" 2>&1); then
    rm -f "$stamp.passed"
    grep -vE '^[0-9]+ (warning|error)s?.*(generated|treated)|^(Suppressed|Use -|Error while)' \
      <<<"$output" || true
    return 1
  fi
  printf '%s\n' "$inputs" >"$stamp.passed"
  mv "$stamp.failed" "$stamp.checked"
}

build='' jobs=$(nproc) files=()
for argument in "$@"; do
  case $argument in
    --build-dir=*) build=$(realpath "${argument#*=}") ;;
    --jobs=*) jobs=${argument#*=} ;;
    -*) usage ;;
    *) files+=("$(realpath "$argument")") ;;
  esac
done
[[ -n $build ]] || usage
[[ -f $build/compile_commands.json ]] || {
  echo "$build has no compile_commands.json: configure with -DCMAKE_EXPORT_COMPILE_COMMANDS=ON" >&2
  exit 2
}

cd "$(dirname "$0")/../.."
if ((${#files[@]} == 0)); then
  mapfile -t files < <(git ls-files 'src/*.cpp')
else
  files=("${files[@]#"$PWD"/}")
fi
stamps=$build/tidy
mkdir -p "$stamps"
rm -f "$stamps"/*.checked "$stamps"/*.failed
clang-tidy-14 --version >"$stamps/version"
export build stamps
export -f check_one

SECONDS=0
# shellcheck disable=SC2016  # expanded by the inner bash
printf '%s\0' "${files[@]}" |
  xargs -0 -n 1 -P "$jobs" bash -euo pipefail -c 'check_one "$1"' check_one || true
checked=$(find "$stamps" -name '*.checked' | wc -l)
failed=$(find "$stamps" -name '*.failed' | wc -l)
passed=$((${#files[@]} - failed))
echo "$((passed - checked)) files are as they were when they passed; the rest took $SECONDS s"
echo "$passed passed, $failed failed"
[[ $failed == 0 ]]
