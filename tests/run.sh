#!/usr/bin/env bash
# Installs what the tests need with apt, builds, and runs the tests of every level:
#
#   bash tests/run.sh          unit, simulation, component, end to end, dashboards, browser, rules,
#                              drills, tidy
#   bash tests/run.sh --all    also under ASan+UBSan and TSan, and the linters
#
# The logs stay in build/test-logs. The last line is "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/.."
source deploy/packages.sh

all=no
for argument in "$@"; do
  case "$argument" in
    --all) all=yes ;;
    -h | --help) sed -n '2,8s/^# \{0,1\}//p' tests/run.sh; exit 0 ;;
    *) echo "unknown argument $argument (allowed: --all)" >&2; exit 2 ;;
  esac
done

logs=build/test-logs
mkdir -p $logs
passed=0
failed=0

# count LOG: sets suite_passed and suite_failed from what doctest or our own runners print last.
count() {
  local line
  suite_passed=0 suite_failed=0
  line=$(grep -E '^\[doctest\] test cases:' "$1" | tail -n 1 || true)
  if [ -n "$line" ]; then
    suite_passed=$(sed -E 's/.*\| +([0-9]+) passed.*/\1/' <<<"$line")
    suite_failed=$(sed -E 's/.*\| +([0-9]+) failed.*/\1/' <<<"$line")
    return
  fi
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$1" | tail -n 1 || true)
  if [ -n "$line" ]; then
    suite_passed=${line%% *}
    suite_failed=$(sed -E 's/.*, ([0-9]+) failed/\1/' <<<"$line")
  fi
}

# suite NAME COMMAND...: runs it, adds up, and shows the log of a failure. One that crashes, that
# counts no test, or that hangs (after 20 minutes, or `seconds_max`) is a failure.
suite() {
  local name=$1 log=$logs/$1.log status=0 start=$SECONDS
  shift
  timeout --foreground --kill-after=10 "${seconds_max:-1200}" "$@" >"$log" 2>&1 || status=$?
  if [ $status -eq 124 ]; then echo "$name was ended: it hung" | tee -a "$log"; fi
  count "$log"
  if [ $status -ne 0 ] && [ "$suite_failed" -eq 0 ]; then suite_failed=1; fi
  if [ $status -eq 0 ] && [ $((suite_passed + suite_failed)) -eq 0 ]; then suite_failed=1; fi
  passed=$((passed + suite_passed))
  failed=$((failed + suite_failed))
  printf '%-22s %5d passed %3d failed  %4d s\n' \
    "$name" "$suite_passed" "$suite_failed" $((SECONDS - start))
  if [ "$suite_failed" -ne 0 ]; then
    echo "---- the end of $log"
    tail -n 80 "$log"
    echo "----"
  fi
}

# build PRESET: configures where needed and builds everything of it.
build() {
  local start=$SECONDS log=$logs/build-$1.log
  if ! { cmake --preset "$1" -DREINFER_TESTS=ON && cmake --build "build/$1"; } >"$log" 2>&1; then
    tail -n 80 "$log"
    echo "0 passed, 1 failed"
    exit 1
  fi
  printf '%-22s built in %d s\n' "$1" $((SECONDS - start))
}

compiled_levels() {
  local preset=$1
  suite "$preset-unit" "build/$preset/tests/unit/unit_tests"
  suite "$preset-sim" "build/$preset/tests/sim/sim_tests"
  suite "$preset-simulator" "build/$preset/tests/component/simulator_tests"
  suite "$preset-component" "build/$preset/tests/component/component_tests"
}

install_packages "${build_packages[@]}" "${test_packages[@]}"
if [ $all = yes ]; then install_packages "${lint_packages[@]}"; fi

build release
suite tidy-rules python3 tests/tidy/tidy.py
suite tidy-of-tidy python3 tests/tidy/tidy_test.py
suite bench-figures python3 tests/bench/bench_test.py
compiled_levels release
bash tests/rules/newer_prometheus.sh
suite e2e python3 tests/e2e/run.py --build-dir build/release
suite dashboards python3 tests/dashboards/run.py
suite browser bash tests/browser/run.sh --build-dir=build/release
suite rules python3 tests/rules/run.py
suite drills python3 tests/drills/run.py --build-dir build/release

if [ $all = yes ]; then
  export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
  export UBSAN_OPTIONS=print_stacktrace=1
  export TSAN_OPTIONS=suppressions=$PWD/tests/tsan.supp:halt_on_error=1
  for preset in asan tsan; do
    build $preset
    compiled_levels $preset
  done
  suite clang-format bash tests/tidy/clang_format.sh
  seconds_max=4800 suite clang-tidy bash tests/tidy/clang_tidy.sh --build-dir=build/release
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
