"""The parts of a run: which cells each measures, and in which order. A part is a function that
takes the stage, the options and a Rows, and fills it.
"""

import concurrent.futures
import sys

import cost
import crowd
import exactness
import growth
import history
import holds
import own
import places
import quota
import rules
import sight
import start
from stage import PEERS, is_there

# Counts do not depend on who else is busy, so these run beside each other.
COUNTED_AT_ONCE = 2


def say(text):
    """Progress, which is not a result."""
    print(text, file=sys.stderr, flush=True)


def reason(error):
    """Why it failed, on one line, with the first and the last words of a program."""
    words = getattr(error, 'stderr', None) or b''
    if isinstance(words, bytes):
        words = words.decode(errors='replace')
    said = ' '.join([repr(error), *words.split()])
    return said if len(said) <= 400 else f'{said[:200]} ... {said[-195:]}'


class Rows:
    """What a part has found. A cell that fails is named, and the others go on."""

    def __init__(self):
        self.found = []
        self.failed = []

    def take(self, what, measure):
        """The row, or rows, of one cell; nothing where there is nothing to measure."""
        say(what)
        try:
            found = measure()
        except Exception as error:  # pylint: disable=W0718
            self.failed.append(f'{what}: {reason(error)}')
            say(f'FAILED: {self.failed[-1]}')
            return
        if found:
            self.found += found if isinstance(found, list) else [found]


def interleaved(rows, runs, cells, run_cell):
    """Every cell once, then every cell again: whatever changes meanwhile hits all of them."""
    for number in range(runs):
        for subject, workload in cells:
            if is_there(subject):
                rows.take(f'run {number + 1} of {runs}: {workload}, {subject}',
                          lambda s=subject, w=workload, n=number: run_cell(s, w, 1000 + n))


def measure_truth(stage, options, rows):
    """How far two witnesses of the same exchanges are apart."""
    rows.take('the sockets\' stamps against a packet capture',
              lambda: exactness.check_truth(stage, options.seconds, 1))


def measure_error(stage, options, rows):
    """How wrong the figures are, of each subject under each workload."""
    cells = [(subject, workload) for workload, subjects in exactness.SUBJECTS.items()
             for subject in subjects]
    interleaved(rows, options.runs, cells, lambda subject, workload, seed: exactness.run_cell(
        stage, subject, workload, options.seconds, seed))


def measure_cpu(stage, options, rows):
    """CPU time of a probe."""
    cells = [(subject, workload) for workload, subjects in cost.CPU_SUBJECTS.items()
             for subject in subjects]
    interleaved(rows, options.runs, cells, lambda subject, workload, seed: cost.run_cpu(
        stage, subject, workload, options.seconds / 2, seed))


def measure_size(stage, options, rows):
    """Memory and CPU by the number of targets, and the largest while a crowd reads it."""
    for run in range(options.runs):
        rows.take(f'run {run + 1} of {options.runs}: {crowd.TARGETS} targets every '
                  f'{cost.INTERVAL_SECONDS} s', lambda n=run: crowd.run_sizes(
                      stage, options.rounds, n))


def measure_burst(stage, options, rows):
    """A crowd of scrapes at once, and one that reads a byte a second."""
    for run in range(options.runs):
        rows.take(f'run {run + 1} of {options.runs}: {crowd.SCRAPERS} scrapes at once',
                  lambda n=run: crowd.run_burst(stage, n))


def measure_lag(stage, options, rows):
    """How late slots start."""
    for run in range(options.runs):
        for grid in cost.LAG_GRIDS:
            rows.take(f'run {run + 1} of {options.runs}: {grid}',
                      lambda g=grid, n=run: cost.run_lag(stage, g, n))


def measure_scrape(stage, options, rows):
    """What a scrape takes."""
    rows.take('scrapes by format and size', lambda: cost.run_scrapes(stage, options.runs))


def counted(rows, cells, run_cell):
    """Counts: once is enough, and several at once do each other no harm."""
    with concurrent.futures.ThreadPoolExecutor(COUNTED_AT_ONCE) as pool:
        for done in [pool.submit(rows.take, f'counting: {cell}', lambda c=cell: run_cell(*c))
                     for cell in cells]:
            done.result()


def measure_own(stage, options, rows):
    """Instructions, system calls and allocations of a probe."""
    counted(rows, [(subject, workload) for workload in own.WORKLOADS for subject in own.SUBJECTS],
            lambda subject, workload: own.run_own(stage, subject, workload, options.seconds, 1000))


def measure_growth(stage, _, rows):
    """Instructions by the number of targets."""
    counted(rows, [(mode, targets) for targets in growth.TARGETS for mode in growth.MODES],
            lambda mode, targets: growth.run_growth(stage, mode, targets))
    rows.found.sort(key=lambda row: (list(growth.MODES).index(row['mode']), row['targets']))


def measure_holds(stage, options, rows):
    """The longest holds of the ledger's mutex."""
    for run in range(options.runs):
        for targets in holds.TARGETS:
            rows.take(f'run {run + 1} of {options.runs}: holds with {targets} targets',
                      lambda t=targets: holds.run_holds(stage, t))


def measure_start(stage, options, rows):
    """From exec to the first probe and scrape."""
    for run in range(options.runs):
        for targets in start.TARGETS:
            rows.take(f'run {run + 1} of {options.runs}: first light with {targets} targets',
                      lambda t=targets, n=run: start.run_exporter(stage, t, n))
        for peer in filter(is_there, PEERS):
            rows.take(f'run {run + 1} of {options.runs}: first light of {peer}',
                      lambda p=peer: start.run_blackbox(stage, p))


def measure_sight(stage, options, rows):
    """What people look at."""
    def look():
        with sight.places_to_look_at(stage, 1) as places:
            for run in range(options.runs):
                which = f'run {run + 1} of {options.runs}'
                rows.take(f'{which}: pages', lambda: sight.run_paint(places))
                for place in places:
                    rows.take(f'{which}: API and check with {place.targets} targets',
                              lambda p=place: sight.run_asked(stage, p))
    rows.take('exporters to look at', look)


def measure_rules(stage, options, rows):
    """What the shipped rules take of a Prometheus."""
    rounds = rules.ROUNDS if options.runs > 1 else 2
    rows.take(f'rules over {rules.TARGETS} targets, {rounds} rounds of {rules.EVERY_SECONDS} s',
              lambda: rules.run_rules(stage, rounds, 1))


def measure_quota(stage, options, rows):
    """Exactness with a share of a processor, and beside a neighbour."""
    cells = [(subject, place) for place in quota.PLACES for subject in quota.SUBJECTS]
    interleaved(rows, options.runs, cells, lambda subject, place, seed: quota.run_quota(
        stage, subject, place, options.seconds, seed))


def measure_places(stage, options, rows):
    """Exactness in the image and on Debian 13; a place that cannot be had costs its own rows."""
    there = {}
    for name, make in places.PLACES.items():
        rows.take(f'what is needed for {name}',
                  lambda n=name, m=make: there.update({n: m(stage)}))
    cells = [(subject, name) for name in there for subject in places.SUBJECTS]
    interleaved(rows, options.runs, cells, lambda subject, name, seed: places.run_place(
        stage, name, there[name], subject, options.seconds, seed))


def measure_history(stage, options, rows):
    """CPU and error with a history and without, and a played day of it."""
    for run in range(options.runs):
        for workload, times in history.TIMES.items():
            for number in range(run * times, (run + 1) * times):
                rows.take(f'run {run + 1} of {options.runs}: {workload}, side by side',
                          lambda w=workload, n=number: history.run_cpu(
                              stage, w, options.seconds / 2, 1000 + n))
    counted(rows, [(subject,) for subject in history.SUBJECTS],
            lambda subject: history.count(stage, subject, options.seconds, 1000))
    cells = [(subject, workload) for workload in history.ERROR_WORKLOADS
             for subject in history.SUBJECTS]
    interleaved(rows, options.runs, cells, lambda subject, workload, seed: history.run_error(
        stage, subject, workload, options.seconds, seed))
    rows.take(f'a day of {history.PLAYED_TARGETS} targets, played',
              lambda: history.play_day(stage))


PARTS = {'truth': measure_truth, 'error': measure_error, 'cpu': measure_cpu, 'own': measure_own,
         'size': measure_size, 'burst': measure_burst, 'growth': measure_growth,
         'holds': measure_holds, 'lag': measure_lag, 'scrape': measure_scrape,
         'start': measure_start, 'sight': measure_sight, 'quota': measure_quota,
         'places': measure_places, 'rules': measure_rules,
         'history': measure_history}
