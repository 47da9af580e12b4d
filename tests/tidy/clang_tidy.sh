#!/usr/bin/env bash
# Runs clang-tidy 14 over every .cpp file of src. The checks stand in .clang-tidy; each is an error.
#
#   tests/tidy/clang_tidy.sh [--jobs=N] [FILE...]
#
# The flags are those of the preset clang, because clang cannot read the headers that g++ has
# precompiled. A file that passed is not checked again until its own text, a header that it includes
# (ours or the system's), its flags, .clang-tidy or clang-tidy itself changes. The user's cache
# folder remembers that for all checkouts. The last line is "N passed, N failed", in files.
set -euo pipefail

usage() {
  sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
  exit 2
}

# Checks one file; the sum of all that it is judged by becomes the name of its stamp.
# shellcheck disable=SC2317  # run by xargs
check_one() {
  local file=$1 flags headers output stamp checks=''
  # The analyzer is half of the time. It pays where memory, descriptors and C libraries are at hand.
  case $file in
    src/base/* | src/transport/* | src/http/* | src/credentials/* | src/app/* | src/simulator/*) ;;
    *) checks='-clang-analyzer-*' ;;
  esac
  flags=$(sed -n "s|^  \"command\": \"\(.*\) -o .* -c $PWD/$file\",\$|\1|p" \
    build/clang/compile_commands.json)
  grep -qF -- "-c $PWD/$file\"" build/clang/compile_commands.json || {
    echo "$file: name it in a CMakeLists.txt"
    return 1
  }
  headers=$(clang++-14 -std=c++20 -M -I src "$file" |
    sed 's/^[^:]*://; s/\\$//')
  # shellcheck disable=SC2086  # a list of words
  stamp=$stamps/$({
    cat "$results/version" .clang-tidy $headers
    echo "$file ${flags//$PWD/} $checks"
  } | sha256sum | cut -d ' ' -f 1)
  if [[ -e $stamp ]]; then
    touch "$stamp" "$results/${file//\//+}.as_it_was"
    return
  fi
  if ! output=$(clang-tidy-14 --quiet --checks="$checks" -p build/clang "$file" 2>&1); then
    grep -vE '^[0-9]+ (warning|error)s?.*(generated|treated)|^(Suppressed|Use -|Error while)' \
      <<<"$output" || true
    return 1
  fi
  touch "$stamp" "$results/${file//\//+}.checked"
}

jobs=$(nproc) files=()
for argument in "$@"; do
  case $argument in
    --jobs=*) jobs=${argument#*=} ;;
    -*) usage ;;
    *) files+=("$(realpath "$argument")") ;;
  esac
done

cd "$(dirname "$0")/../.."
if ((${#files[@]} == 0)); then
  mapfile -t files < <(git ls-files 'src/*.cpp')
else
  files=("${files[@]#"$PWD"/}")
fi
cmake --preset clang -DREINFER_WERROR=ON -DREINFER_TESTS=ON >/dev/null
stamps=${XDG_CACHE_HOME:-$HOME/.cache}/reinfer_exporter/clang-tidy
mkdir -p "$stamps"
find "$stamps" -type f -mtime +60 -delete
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
clang-tidy-14 --version >"$results/version"
export stamps results
export -f check_one

SECONDS=0
# shellcheck disable=SC2016  # expanded by the inner bash
printf '%s\0' "${files[@]}" |
  xargs -0 -n 1 -P "$jobs" bash -euo pipefail -c 'check_one "$1"' check_one || true
checked=$(find "$results" -name '*.checked' | wc -l)
as_they_were=$(find "$results" -name '*.as_it_was' | wc -l)
failed=$((${#files[@]} - checked - as_they_were))
echo "$as_they_were files are as they were when they passed; the rest took $SECONDS s"
echo "$((checked + as_they_were)) passed, $failed failed"
[[ $failed == 0 ]]
