#!/usr/bin/env bash
# Fuzzes every parser of strangers' bytes with libFuzzer, under ASan and UBSan (clang 14).
#
#   bash tests/fuzz/run.sh [--seconds=N] [TARGET...]     N for each target, 30 unless told
#
# A crash is written to build/fuzz/crashes; put its file into tests/fuzz/corpus/TARGET, and the unit
# level plays it from then on. The last line is "N passed, N failed", in targets.
set -euo pipefail
cd "$(dirname "$0")/../.."
source deploy/packages.sh

seconds=30
targets=()
for argument in "$@"; do
  case "$argument" in
    --seconds=*) seconds=${argument#--seconds=} ;;
    -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) targets+=("$argument") ;;
  esac
done
if [ ${#targets[@]} -eq 0 ]; then
  mapfile -t targets < <(find tests/fuzz/corpus/* -maxdepth 0 -printf '%f\n' | sort)
fi

install_packages "${build_packages[@]}" "${clang_packages[@]}"
mkdir -p build/fuzz/crashes build/fuzz/found
log=build/fuzz/build.log
if ! { cmake --preset fuzz && cmake --build build/fuzz --target fuzz; } >"$log" 2>&1; then
  tail -n 60 "$log"
  echo "0 passed, 1 failed"
  exit 1
fi

passed=0 failed=0
for target in "${targets[@]}"; do
  mkdir -p "build/fuzz/found/$target"
  if REINFER_FUZZ_TARGET=$target build/fuzz/tests/fuzz/fuzz -max_total_time="$seconds" \
    -artifact_prefix="build/fuzz/crashes/$target-" -print_final_stats=1 -max_len=4096 \
    "build/fuzz/found/$target" "tests/fuzz/corpus/$target" >"build/fuzz/$target.log" 2>&1; then
    passed=$((passed + 1))
    echo "$target: $(grep -oE 'number_of_executed_units: [0-9]+' "build/fuzz/$target.log") runs"
  else
    failed=$((failed + 1))
    tail -n 30 "build/fuzz/$target.log"
  fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
