#!/usr/bin/env python3
"""Plays the day of chaos (chaos_test.cpp) with many seeds.

    python3 tests/sim/chaos.py --build-dir build/release [--seeds=1000] [--first=1]

As many at a time as there are cores. `SIM_SEED=N build/release/tests/sim/sim_tests -tc="*chaos*"`
repeats one that failed. Ends with "N passed, N failed", in seeds.
"""
import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

SEED_SECONDS_MAX = 120
SHOWN_MAX = 5


def play(program, seed):
    """What was printed if it failed, else nothing."""
    try:
        done = subprocess.run([program, '-tc=*chaos*'], env={**os.environ, 'SIM_SEED': str(seed)},
                              capture_output=True, text=True, check=False,
                              timeout=SEED_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        return f'not ended after {SEED_SECONDS_MAX} s'
    whole = done.returncode == 0 and '1 passed' in done.stdout
    return '' if whole else done.stdout + done.stderr


def main():
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--build-dir', required=True)
    parser.add_argument('--seeds', type=int, default=1000)
    parser.add_argument('--first', type=int, default=1)
    options = parser.parse_args()
    program = f'{options.build_dir}/tests/sim/sim_tests'
    seeds = range(options.first, options.first + options.seeds)
    start = time.monotonic()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = dict(zip(seeds, pool.map(lambda seed: play(program, seed), seeds)))
    failed = {seed: text for seed, text in results.items() if text}
    for seed in list(failed)[:SHOWN_MAX]:
        print(f'SIM_SEED={seed}\n{failed[seed][-2000:]}')
    print(f'{len(seeds)} days in {time.monotonic() - start:.0f} s')
    print(f'{len(seeds) - len(failed)} passed, {len(failed)} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
