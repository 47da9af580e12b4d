#!/usr/bin/env python3
"""Runs the exporter against every fault of the simulator for as long as is asked, and looks at it.

    python3 tests/soak/run.py --build-dir build/asan --minutes 60

It prints a line a minute: slots, resident memory, threads, descriptors. A half of the tenants has
fresh connections, a half reuses them. It fails if the exporter ends, if a sanitizer reports
something, if a mode has an outcome other than its own, or if a slot is skipped for a reason of the
exporter's own that is not the machine's load. It is no part of tests/run.sh: it takes an hour.
"""

import argparse
import sys
import threading
import time
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'tests' / 'e2e'))
import harness  # noqa: E402
from machine import BUSY_MACHINE  # noqa: E402
from test_fault_modes import list_faults, RUN_TIME_ONLY  # noqa: E402

SANITIZER_WORDS = ('AddressSanitizer', 'runtime error:', 'ThreadSanitizer', 'LeakSanitizer')
# A fault that ends by itself after a while.
HEALS = {'project_eventual'}


class Owner(unittest.TestCase):
    """Ends what was started for it when it is done."""

    def runTest(self):
        """There is nothing to run: the soak is not a test of unittest's."""


def tables(owner, folder, simulator):
    """A tenant for each fault, and the outcome that it must have."""
    rows = [row for row in list_faults() if not row[0].startswith('oauth_')]
    found, expected = [], {}
    for number, (mode, outcome, description) in enumerate(rows):
        place, path = simulator, 'huge_body.2' if mode == 'huge_body' else mode
        if description.startswith(RUN_TIME_ONLY):
            place = harness.Simulator(owner, folder, name=mode, token=simulator.token)
            place.set_fault(mode)
            path = None
        probe = {**harness.DATASET, 'connection': 'reuse' if number % 2 else 'fresh'}
        found.append(harness.tenant(mode, place, of=f'faults/{path}' if path else
                                    'demo/production', probes=(probe,)))
        expected[mode] = outcome
    return found, expected


def figures(pid):
    """Resident memory in MB, threads and descriptors of a process."""
    status = Path(f'/proc/{pid}/status').read_text()
    lines = dict(line.split(':', 1) for line in status.splitlines() if ':' in line)
    descriptors = len(list(Path(f'/proc/{pid}/fd').iterdir()))
    return int(lines['VmRSS'].split()[0]) / 1024, int(lines['Threads']), descriptors


def look(exporter, expected):
    """Complaints about what the exporter says of itself and of the modes."""
    if not exporter.alive():
        return ['the exporter ended']
    found = [line for line in exporter.stderr().splitlines()
             if any(word in line for word in SANITIZER_WORDS)]
    scrape = exporter.scrape()
    for mode, outcome in expected.items():
        others = {name: count for name, count in scrape.outcomes(tenant=mode).items()
                  if name not in (outcome, 'monitor_error')
                  and not (mode in HEALS and name == 'ok')}
        if others:
            found.append(f'{mode} must be {outcome}, was also {others}')
    reasons = set(scrape.skipped()) - BUSY_MACHINE - {'throttled'}
    return found + ([f'slots were skipped as {reasons}'] if reasons else [])


def soak(owner, minutes):
    """Returns the complaints of the last look."""
    folder = harness.temporary_folder(owner)
    simulator = harness.Simulator(owner, folder)
    tenants, expected = tables(owner, folder, simulator)
    config = harness.write_config(folder, *tenants, interval='8s', timeout='7s',
                                  resolve_timeout='5s', connect_timeout='5s', tls_timeout='5s')
    exporter = harness.Exporter(owner, folder, config, simulator.token).await_serving()
    pid = exporter._popen.pid  # pylint: disable=W0212
    pause = threading.Event()
    complaints = []
    end = time.monotonic() + minutes * 60
    while not complaints and time.monotonic() < end:
        pause.wait(min(60, max(1, end - time.monotonic())))
        complaints = look(exporter, expected)
        if exporter.alive():
            memory, threads, descriptors = figures(pid)
            print(f'{time.strftime("%H:%M:%S")} {exporter.scrape().slots():8.0f} slots of '
                  f'{len(expected)} targets  {memory:6.1f} MB  {threads} threads  '
                  f'{descriptors} descriptors', flush=True)
    for line in complaints[:20] + ([] if exporter.alive() else
                                     exporter.stderr().splitlines()[-60:]):
        print(line, flush=True)
    return complaints


def main():
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--build-dir', default=str(ROOT / 'build' / 'release'))
    parser.add_argument('--minutes', type=float, default=60)
    options = parser.parse_args()
    harness.use_build_dir(options.build_dir)
    owner = Owner()
    try:
        failed = bool(soak(owner, options.minutes))
    finally:
        owner.doCleanups()
    print(f'{int(not failed)} passed, {int(failed)} failed')
    return int(failed)


if __name__ == '__main__':
    sys.exit(main())
