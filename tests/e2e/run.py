#!/usr/bin/env python3
"""Runs the end-to-end tests: real exporter, simulator and Prometheus, on loopback only.

    tests/e2e/run.py --build-dir build/release [-k TEXT] [--folder tests/remote]

Each class of tests has programs of its own and mostly waits for them, so all classes run at the
same time, but for those that would disturb the others (ALONE = True): they come after them. The
last line is "N passed, N failed"; the exit code is 1 if any failed.
"""

import argparse
import os
import signal
import sys
import threading
import time
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import harness  # noqa: E402


class Result(unittest.TestResult):
    """Prints each test as it ends, and remembers how."""

    lock = threading.Lock()

    def __init__(self):
        super().__init__()
        self.passed = 0
        self.failed = set()
        self.started = 0.0

    def startTest(self, test):
        """A test begins."""
        super().startTest(test)
        self.started = time.monotonic()

    def addSuccess(self, test):
        """A test did what its name says."""
        super().addSuccess(test)
        self.passed += 1
        self._say('ok  ', test, took=f' ({time.monotonic() - self.started:.1f} s)')

    def addFailure(self, test, err):
        """Something was not as expected."""
        super().addFailure(test, err)
        self._fail(test, self.failures[-1][1])

    def addError(self, test, err):
        """A test could not be carried out."""
        super().addError(test, err)
        self._fail(test, self.errors[-1][1])

    def addSubTest(self, test, subtest, err):
        """One case of a test ended; only bad ones matter here."""
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._fail(test, f'{subtest}\n{self._exc_info_to_string(err, test)}')

    def addSkip(self, test, reason):
        """Something is not part of the tests, and the reader should know."""
        super().addSkip(test, reason)
        self._say('skip', test, reason)

    def _fail(self, test, details):
        self.failed.add(test.id())
        self._say('FAIL', test, details)

    def _say(self, verdict, test, details='', took=''):
        with self.lock:
            print(f'{verdict} {test.id()}{took}', flush=True)
            for line in details.splitlines():
                print('     ' + line, flush=True)


def suites_by_class(folder, pattern):
    """One suite for each class of tests in the folder, in two lists: the second is for alone."""
    loader = unittest.TestLoader()
    if pattern:
        loader.testNamePatterns = [f'*{pattern}*']
    found = loader.discover(folder, pattern='test_*.py')
    classes = (suite for module in found for suite in module)
    suites = [suite for suite in classes if suite.countTestCases() > 0]
    alone = [suite for suite in suites if getattr(next(iter(suite)), 'ALONE', False)]
    return [suite for suite in suites if suite not in alone], alone


def run_together(suites):
    """Runs all suites, each on a thread of its own; returns their results."""
    results = [Result() for _ in suites]
    threads = [threading.Thread(target=suite.run, args=(result,), daemon=True)
               for suite, result in zip(suites, results)]
    for thread in threads:
        thread.start()
    for thread, suite, result in zip(threads, suites, results):
        thread.join()
        if result.testsRun < suite.countTestCases() and not result.failed:
            result.failed.add(f'{suite} ended early')
    return results


def give_up(_signal, _frame):
    """Leaves no program behind when the tests themselves are ended."""
    harness.end_all()
    os._exit(1)


def main():
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--build-dir', default=str(harness.ROOT / 'build' / 'release'))
    parser.add_argument('--folder', default=str(Path(__file__).parent))
    parser.add_argument('-k', metavar='TEXT', help='only tests whose id contains the text')
    options = parser.parse_args()
    harness.use_build_dir(options.build_dir)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, give_up)
    together, alone = suites_by_class(options.folder, options.k)
    results = run_together(together)
    for suite in alone:
        results += run_together([suite])
    passed = sum(result.passed for result in results)
    failed = sum(len(result.failed) for result in results)
    print(f'{passed} passed, {failed} failed')
    return 0 if passed > 0 and failed == 0 else 1


if __name__ == '__main__':
    sys.exit(main())
