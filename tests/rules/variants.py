"""The same histories as other targets of Prometheus would have left them: no alert may depend on
the labels of its target, nor on a scrape that is missing. They are made from the cases, so that
each alert has all of them.
"""

import re
from dataclasses import dataclass

LABELLED = re.compile(r'(?<=[{,])instance="([^"]*)"')
GAP_MINUTES = 4


def shortest_to_fire(cases):
    """One case for each alert in which it fires, the one with the fewest evaluations."""
    found = {}
    for case in sorted(cases, key=lambda case: max(case.fires) * len(case.rules) / case.step):
        for alerts in case.fires.values():
            for alert in alerts:
                found.setdefault(alert.split()[0], case)
    return list({id(case): case for case in found.values()}.values())


def with_vantage(name, vantage, instance=r'\1'):
    """The name of a series whose target has one more label."""
    if 'vantage="' in name:
        return name
    return LABELLED.sub(rf'instance="{instance}",vantage="{vantage}"', name)


@dataclass(frozen=True)
class Variant:
    """One way to change the series of a case; the plain one changes nothing."""
    name: str = ''
    vantages: tuple = ()
    gap: bool = False
    relabelled: bool = False
    once: bool = False  # with one version of Prometheus

    def apply(self, series, case):
        """Series by name, changed."""
        if self.relabelled:
            series = changed_label(series, case)
        if self.gap:
            start = before_the_alert(case)
            series = {name: without_scrapes(row, start, start + GAP_MINUTES, case.step)
                      for name, row in series.items()}
        if self.vantages:
            series = {with_vantage(name, vantage, rf'{vantage}-\1'): row
                      for vantage in self.vantages for name, row in series.items()}
        return series


def before_the_alert(case):
    """A minute that is well before anything fires."""
    firing = [moment for moment, alerts in case.fires.items() if alerts]
    return max(2, min(min(firing) / 2, 20))


def without_scrapes(row, start, stop, step):
    """The values, but for a gap from one minute to another."""
    return [('_' if start * 60 <= i * step < stop * 60 else value) for i, value in enumerate(row)]


def changed_label(series, case):
    """Each series ends, and goes on under another value of a label."""
    change = round(before_the_alert(case) * 60 / case.step)
    found = {}
    for name, row in series.items():
        found[with_vantage(name, 'old')] = row[:change] + ['stale']
        found[with_vantage(name, 'new')] = ['_'] * change + row[change:]
    return found


# Ranges differ between versions of Prometheus, which a gap shows; matching by labels does not.
VARIANTS = [
    Variant(', with two exporters that differ in a label of the target, and a gap in the scrapes',
            vantages=('a', 'b'), gap=True),
    Variant(', with a label that has changed', relabelled=True, once=True),
]
