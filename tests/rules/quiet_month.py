"""A month with one lost probe, put to a real Prometheus: is there a moment at which an alert's
condition holds? `for` is left out of account, so what is shown is more than that nobody is told.

promtool's own rule tests evaluate each rule at each scrape, which takes a quarter of an hour for a
month; here the history becomes blocks, and the rules are evaluated over them.
"""

import contextlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

from history import DAY, Target, exporter_series

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'tests' / 'dashboards'))

import prometheus as real  # noqa: E402  pylint: disable=C0413

RULES = ROOT / 'dashboards' / 'prometheus'
START = 1_748_736_000  # 2025-06-01
MONTH = 30 * DAY
STEP = 60
# A window of five minutes is looked at at least once.
EVERY = 300
LOST = START + 20 * DAY + 7 * 3600
TOLD_BY_NOBODY = ('ReinferWatchdog', 'ReinferOutageRecent')


def rules_in(name, key):
    """Pairs of a rule's name and its expression."""
    text = (RULES / name).read_text()
    found = []
    for rule in re.split(rf'(?m)^ +- {key}: ', text)[1:]:
        title, rest = rule.split('\n', 1)
        folded = re.match(r' +expr: \|\n((?: {10}.*\n)+)', rest)
        found.append((title.strip(), folded[1] if folded
                      else re.match(r' +expr: (.*)\n', rest)[1]))
    return found


def levels(recorded):
    """Recording rules, those first whose expressions need no other's result."""
    names, left, known = {name for name, _ in recorded}, list(recorded), set()
    while left:
        ready = [(name, expr) for name, expr in left
                 if all(other in known or other == name for other in names
                        if other in re.findall(r'[\w:]+', expr))]
        if not ready:
            raise ValueError(f'these need each other: {[name for name, _ in left]}')
        yield ready
        known |= {name for name, _ in ready}
        left = [(name, expr) for name, expr in left if name not in known]


def write_history(target, path):
    """The target's month as OpenMetrics."""
    rows = exporter_series(MONTH, STEP) | target.series(MONTH, STEP)
    with open(path, 'w', encoding='utf-8') as file:
        for name, row in sorted(rows.items()):
            # The history counts from its start.
            since = START if '_time_seconds{' in name or '_timestamp_seconds{' in name else 0
            file.writelines(f'{name} {value + since} {START + i * STEP}\n'
                            for i, value in enumerate(row) if value != '_')
        file.write('# EOF\n')


def add_blocks(samples, folder):
    """Adds what is written there to the folder's storage."""
    made = folder / 'made'
    subprocess.run(['promtool', 'tsdb', 'create-blocks-from', 'openmetrics', '--quiet',
                    '--max-block-duration=1536h', samples, made], check=True,
                   stdout=subprocess.DEVNULL)
    for block in made.iterdir():
        shutil.move(block, folder / 'tsdb' / block.name)
    made.rmdir()


def prometheus(folder):
    """One that sees a series vanish when it does, as if there were markers of its end."""
    return real.Prometheus(folder, f'--query.lookback-delta={STEP - 1}s', blocks_in_place=True)


def over_the_month(server, expr):
    """The series of an expression."""
    return server.ask('query_range', query=expr, start=START, end=START + MONTH - 1,
                      step=EVERY)['result']


def write_recorded(server, rules, path):
    """What the rules would have recorded, as OpenMetrics."""
    with open(path, 'w', encoding='utf-8') as file:
        for name, expr in rules:
            for series in over_the_month(server, expr):
                labels = ','.join(f'{key}="{value}"' for key, value in series['metric'].items()
                                  if key != '__name__')
                file.writelines(f'{name}{{{labels}}} {value} {time}\n'
                                for time, value in series['values'])
        file.write('# EOF\n')


@contextlib.contextmanager
def month(target, folder):
    """A Prometheus that has seen the target's month, and has evaluated the recording rules."""
    samples = folder / 'samples.om'
    (folder / 'tsdb').mkdir(parents=True)
    write_history(target, samples)
    add_blocks(samples, folder)
    for rules in levels(rules_in('recording_rules.yml', 'record')):
        with prometheus(folder) as server:
            write_recorded(server, rules, samples)
        add_blocks(samples, folder)
    with prometheus(folder) as server:
        yield server


def conditions_met(target, folder):
    """Names of the alerts whose condition held at some time."""
    met = set()
    with month(target, folder) as server:
        for name, expr in rules_in('alerts.yml', 'alert'):
            if name not in TOLD_BY_NOBODY and over_the_month(server, expr):
                met.add(name)
    return met


def losing(count):
    """A target that is probed once a minute and loses so many probes in a row."""
    lost = LOST - START
    return Target(interval=60, latency=0.95, timeline=(
        ('ok', lost), ('connection_lost', lost + 60 * count), ('ok', None)))


def check(report, folder):
    """One lost probe meets no condition; three, which are told of, show that this can fail."""
    met = conditions_met(losing(1), folder / 'one')
    report.note('one lost probe in a quiet month meets no alert\'s condition', not met, str(met))
    met = conditions_met(losing(3), folder / 'three')
    report.note('three lost probes in a quiet month do', 'ReinferErrorBudgetBurn' in met, str(met))
