"""Reads the logs of suites: how many tests passed, and which took longest."""
import re

_DOCTEST = re.compile(r'(?m)^\[doctest\] test cases:.*\| +(\d+) passed.*?\| +(\d+) failed')
_OURS = re.compile(r'(?m)^(\d+) passed, (\d+) failed$')
# doctest's --duration, and our runners' "ok   name (1.5 s)".
_DURATIONS = (re.compile(r'(?m)^(?P<seconds>\d+\.\d+) s: (?P<name>.*)$'),
              re.compile(r'(?m)^ok +(?P<name>\S.*) \((?P<seconds>\d+\.\d+) s\)$'))


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
