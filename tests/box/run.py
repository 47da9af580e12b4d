#!/usr/bin/env python3
"""Runs the tests of what is installed from images: the image itself, the stack for compose, the
manifests and the chart for Kubernetes. Started by run.sh, which installs what they need.

    python3 tests/box/run.py [-k TEXT]

The last line is "N passed, N failed"; the exit code is 1 if any failed. A test that something is
missing for is skipped, which is said.
"""

import argparse
import sys
import time
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))


class Result(unittest.TextTestResult):
    """Prints each test as it ends, with the seconds that it took."""

    def startTest(self, test):
        """A test begins."""
        super().startTest(test)
        self.started = time.monotonic()

    passed = 0

    def addSuccess(self, test):
        """It did what its name says."""
        super().addSuccess(test)
        self.passed += 1

    def stopTest(self, test):
        """It has ended."""
        super().stopTest(test)
        bad = {str(entry[0]) for entry in self.failures + self.errors}
        word = 'FAIL' if any(str(test) in entry for entry in bad) else 'ok  '
        skipped = [reason for entry, reason in self.skipped if entry is test]
        if skipped:
            word = 'skip'
        print(f'{word} {test.id()} ({time.monotonic() - self.started:.1f} s)', *skipped,
              flush=True)


def main():
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('-k', dest='pattern', default='')
    options = parser.parse_args()
    loader = unittest.TestLoader()
    if options.pattern:
        loader.testNamePatterns = [f'*{options.pattern}*']
    suite = loader.discover(str(Path(__file__).parent), 'test_*.py')
    runner = unittest.TextTestRunner(sys.stdout, resultclass=Result, verbosity=0)
    result = runner.run(suite)
    failed = len(result.failures) + len(result.errors)
    print(f'{result.passed} passed, {failed} failed')
    return 0 if failed == 0 and result.passed > 0 else 1


if __name__ == '__main__':
    sys.exit(main())
