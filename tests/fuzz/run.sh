#!/usr/bin/env bash
# Fuzzes every parser of strangers' bytes with libFuzzer, under ASan and UBSan (clang 14).
#
#   bash tests/fuzz/run.sh [--seconds=N] [--jobs=N] [TARGET...]
#
# 30 seconds for each target and as many at a time as there are cores, unless told. The build is
# that of the preset asan. Each target begins with its folder of corpus/ and its words of
# dictionaries/. A crash is written to build/fuzz/crashes. Its file goes to
# tests/fuzz/corpus/TARGET: the unit level plays it from then on. The last line is "N passed, N
# failed", in targets.
set -euo pipefail
cd "$(dirname "$0")/../.."
source deploy/packages.sh

seconds=30
jobs=$(nproc)
targets=()
for argument in "$@"; do
  case "$argument" in
    --seconds=*) seconds=${argument#--seconds=} ;;
    --jobs=*) jobs=${argument#--jobs=} ;;
    -h | --help) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) targets+=("$argument") ;;
  esac
done
if [ ${#targets[@]} -eq 0 ]; then
  mapfile -t targets < <(find tests/fuzz/corpus/* -maxdepth 0 -printf '%f\n' | sort)
fi

install_packages "${build_packages[@]}" "${clang_packages[@]}"
mkdir -p build/fuzz/crashes build/fuzz/found
: >build/fuzz/passed
log=build/fuzz/build.log
if ! { cmake --preset asan && cmake --build build/asan --target fuzz; } >"$log" 2>&1; then
  tail -n 60 "$log"
  echo "0 passed, 1 failed"
  exit 1
fi

# One target: its line, and its exit code.
fuzz() {
  local target=$1 options=()
  mkdir -p "build/fuzz/found/$target"
  options+=(-dict="tests/fuzz/dictionaries/$target.dict" -max_len=4096 -print_final_stats=1)
  if REINFER_FUZZ_TARGET=$target build/asan/tests/fuzz/fuzz -max_total_time="$seconds" \
    -artifact_prefix="build/fuzz/crashes/$target-" "${options[@]}" \
    "build/fuzz/found/$target" "tests/fuzz/corpus/$target" >"build/fuzz/$target.log" 2>&1; then
    echo "$target: $(sed -n 's/.*number_of_executed_units: //p' "build/fuzz/$target.log") runs"
  else
    echo "$target: FAILED"
    tail -n 30 "build/fuzz/$target.log"
    return 1
  fi
}
export -f fuzz
export seconds

status=0
printf '%s\n' "${targets[@]}" |
  xargs -P "$jobs" -I '{}' bash -c 'fuzz {} && echo {} >>build/fuzz/passed' || status=1
passed=$(sort -u build/fuzz/passed | wc -l)
echo "$passed passed, $((${#targets[@]} - passed)) failed"
exit "$status"
