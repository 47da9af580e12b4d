"""Reads the logs of suites: how many tests passed, which took longest, and what failed where."""
import re
import sys
from pathlib import Path

_DOCTEST = re.compile(r'(?m)^\[doctest\] test cases:.*\| +(\d+) passed.*?\| +(\d+) failed')
_OURS = re.compile(r'(?m)^(\d+) passed, (\d+) failed$')
# doctest's --duration, and our runners' "ok   name (1.5 s)".
_DURATIONS = (re.compile(r'(?m)^(?P<seconds>\d+\.\d+) s: (?P<name>.*)$'),
              re.compile(r'(?m)^ok +(?P<name>\S.*) \((?P<seconds>\d+\.\d+) s\)$'))

# A failure as our runners, doctest, sanitizers and compilers tell it; and the line after its story.
_FAILED = re.compile(r'(FAIL|FAILED) +\S|.*(\bERROR: |\berror: |WARNING: ThreadSan)')
_OTHER_TEST = re.compile(r'(ok|skip|passed|FAIL|FAILED) +\S|\d+ passed, |\d+\.\d+ s: |={9}')
# doctest names the test some lines before its first error.
_LINES_BEFORE = 5
_LINES_OF_ONE = 60
_FAILURE_LINES = 200
_TAIL_LINES = 30


def count(text):
    """Tests that passed and failed, by the last line that says so."""
    for pattern in (_DOCTEST, _OURS):
        found = pattern.findall(text)
        if found:
            return int(found[-1][0]), int(found[-1][1])
    return 0, 0


def slowest(text, most):
    """Pairs of seconds and name, the slowest first."""
    rows = [(float(match['seconds']), match['name'])
            for pattern in _DURATIONS for match in pattern.finditer(text)]
    return sorted(rows, reverse=True)[:most]


def failures(text, most=_FAILURE_LINES):
    """The lines that tell of tests that failed, at most so many; "..." stands for others."""
    lines, told, last = text.splitlines(), [], -1
    for at, line in enumerate(lines):
        if at <= last or not _FAILED.match(line):
            continue
        end = at + 1
        while end < min(len(lines), at + _LINES_OF_ONE) and not _OTHER_TEST.match(lines[end]):
            end += 1
        start = at
        while start > max(last + 1, at - _LINES_BEFORE) and not _OTHER_TEST.match(lines[start - 1]):
            start -= 1
        told += (['...'] if start > last + 1 else []) + lines[start:end]
        last = end - 1
    return told[:most]


def complaint(text):
    """What to print of a log with failures: where they are in it, and how it ends."""
    return '\n'.join([*failures(text), '---- its end', *text.splitlines()[-_TAIL_LINES:]])


if __name__ == '__main__':
    print(complaint(Path(sys.argv[1]).read_text(errors='replace')))
