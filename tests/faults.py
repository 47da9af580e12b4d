#!/usr/bin/env python3
"""Plays every fault of the table "Faults, and what comes of them" in tests/README.md.

    python3 tests/faults.py --build-dir build/release [--only=TEXT]

Runs the tests that the table names, those of C++ by their sentence and those of e2e by their
function, and prints a line for each row: its fault and how it went. Ends with "N passed, N failed",
in rows.
"""
import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = ['unit/unit_tests', 'sim/sim_tests', 'component/component_tests']
ROW = re.compile(r'^\| ([^|]+) \| ([^|]+) \| ("[^|]+") \|$', re.M)


def rows():
    """Fault, what comes of it, and the names of its tests."""
    text = (ROOT / 'tests' / 'README.md').read_text()
    table = text[text.index('## Faults, and what comes of them'):]
    return [(fault, expected, re.findall(r'"([^"]+)"', tests))
            for fault, expected, tests in ROW.findall(table)]


def plays(build, name):
    """Whether the test of that name ran and passed."""
    if name.startswith('test_'):
        on_a_network = name in (ROOT / 'tests/network/test_network.py').read_text()
        runner = ['bash', 'tests/network/run.sh'] if on_a_network else \
            [sys.executable, 'tests/e2e/run.py']
        command = [*runner, '--build-dir', build, '-k', name]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        return done.returncode == 0 and not done.stdout.rstrip().endswith('0 passed, 0 failed')
    # A comma would end the name.
    pattern = name.replace(',', '*')
    for program in PROGRAMS:
        done = subprocess.run([f'{build}/tests/{program}', f'-tc={pattern}'], cwd=ROOT,
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return False
        if re.search(r'test cases: +[1-9]', done.stdout):
            return True
    return False


def main():
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--build-dir', required=True)
    parser.add_argument('--only', default='', help='faults that contain this text')
    options = parser.parse_args()
    results = {}
    passed = failed = 0
    for fault, expected, names in rows():
        if options.only not in fault:
            continue
        for name in names:
            if name not in results:
                results[name] = plays(options.build_dir, name)
        bad = [name for name in names if not results[name]]
        passed, failed = passed + (not bad), failed + bool(bad)
        print(f'{"FAILED" if bad else "passed"}  {fault}: {expected}', flush=True)
        for name in bad:
            print(f'        {name}')
    print(f'{passed} passed, {failed} failed')
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
