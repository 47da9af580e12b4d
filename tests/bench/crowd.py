"""What grows with the number of targets, side by side; and a large exporter among those who read
it: scrapers in a loop, a reload in their midst, a crowd at once, one who reads a byte a second.

The sizes run at the same time, over the same half minute, each with a server of its own that gives
way (nice 19), as on another machine. The largest keeps a history; when the others are gone a crowd
reads it, and at last a bare loop sends the same probes.
"""

import contextlib
import json
import re
import subprocess
import sys
from pathlib import Path

import figures
import scrapers
from cost import INTERVAL_SECONDS, LAG, answered, fresh_targets, scrape
from exactness import WARM_UP_SECONDS, Window
from program import get, pause
from stage import read_samples

TARGETS = (10, 100, 1000, 10000)
MEMORY = (('memory_mb', 'VmRSS'), ('peak_mb', 'VmHWM'), ('own_mb', 'RssAnon'))
SCRAPERS = 20
# All of them together read as much as a network of a gigabit carries.
LINK_BYTES_PER_SECOND = 125_000_000
READ_SECONDS = 24
LOOP_SECONDS = 12
FAILED_PART_MAX = 0.01
# So long that next to nothing is probed while its memory is looked at.
QUIET_INTERVAL_SECONDS = 3600
ALONE_SCRAPES = 5


class Size:
    """An exporter with so many targets, and its server."""

    def __init__(self, stage, stack, targets, seed):
        self.targets = targets
        self.loads = fresh_targets(targets, INTERVAL_SECONDS)
        self.truth = stack.enter_context(stage.truth(seed, gives_way=True))
        self.config = stage.config_file(self.truth, self.loads, INTERVAL_SECONDS)
        flags = []
        if targets == TARGETS[-1]:
            folder = stage.path('storage')
            folder.mkdir(mode=0o700)
            flags = [f'--storage.path={folder}']
        self.program, self.port = stack.enter_context(stage.exporter(self.config, *flags))
        self.window = Window(self.program)
        self.row = {'targets': targets}

    def look(self):
        """When the window is over."""
        self.row |= {name: self.program.memory_mb(key) for name, key in MEMORY}
        self.row['cpu_share'] = self.window.cpu_ns / (self.window.end - self.window.begin)

    def count(self):
        """When the server is over."""
        self.row['probes'] = answered(self.truth, self.window)
        self.row['cpu_us_per_probe'] = self.window.cpu_ns / 1e3 / max(1, self.row['probes'])


def run_sizes(stage, rounds, seed):
    """Memory and CPU with each number of targets, after so many rounds of them all and a scrape;
    and the largest while it is read."""
    with contextlib.ExitStack() as stack:
        largest = Size(stage, stack, TARGETS[-1], seed)
        with contextlib.ExitStack() as small:
            sizes = [*(Size(stage, small, targets, seed) for targets in TARGETS[:-1]), largest]
            pause(INTERVAL_SECONDS * rounds)
            for size in sizes:
                size.row['scrape_bytes'], size.row['scrape_ms'] = scrape(size.port)
            pause(WARM_UP_SECONDS)
            for size in sizes:
                size.window.open()
            pause(INTERVAL_SECONDS / 2)
            for size in sizes:
                size.window.close()
                size.look()
        largest.row['crowd'] = read_in_a_loop(largest)
    for size in sizes:
        size.count()
    largest.row['crowd'] |= run_loop(stage, largest.loads, seed)
    return [size.row for size in sizes]


def read_in_a_loop(size):
    """How late slots are, and what comes of the scrapes and of a reload, while many read."""
    def exposition():
        return get(size.port, '/metrics').decode()
    before = figures.buckets(exposition(), LAG)
    readers = subprocess.Popen(
        ['nice', '-n', '19', sys.executable, Path(scrapers.__file__), str(size.port), str(SCRAPERS),
         str(READ_SECONDS), str(LINK_BYTES_PER_SECOND // SCRAPERS)], stdout=subprocess.PIPE)
    try:
        with scrapers.byte_a_second(size.port):
            pause(READ_SECONDS / 2)
            with open(size.config, 'a', encoding='utf-8') as config:
                config.write('[[tenant.probe]]\nname = "one-more"\npath = "/api/v1/more"\n')
            size.program.reload()
            got = json.loads(readers.communicate()[0])
    finally:
        readers.kill()
        readers.wait()
    text = exposition()
    after = figures.buckets(text, LAG)
    return {'slots': after[float('inf')] - before[float('inf')], 'scrapes': len(got),
            'whole': sum(one['whole'] for one in got),
            'bytes': figures.median([one['bytes'] for one in got if one['whole']]),
            'reloaded': 'probe="one-more"' in text,
            'failed': failed_probes(text), 'memory_mb': size.program.memory_mb(),
            'peak_mb': size.program.memory_mb('VmHWM'),
            **{f'p{q}_us': 1e6 * (figures.histogram_quantile(before, after, q / 100) or 0)
               for q in (50, 99)}}


def failed_probes(exposition):
    """How many probes were not good: a machine that is too small shows here."""
    return sum(float(value) for outcome, value in re.findall(
        r'^reinfer_probe_results_total{[^}]*outcome="([^"]+)"[^}]*} (\S+)$', exposition, re.M)
        if outcome != 'ok')


def run_loop(stage, loads, seed):
    """CPU of a bare loop for a probe of the same targets; None where so many failed that it did
    something else. Its server does not give way: the loop polls all probes under way at each
    turn, so it takes the more the slower the server is."""
    samples = stage.path('samples')
    with stage.truth(seed) as truth, stage.running(
            stage.program('floor'), stage.targets_file(truth, loads, INTERVAL_SECONDS),
            samples, stage.folder / 'ca.pem') as program:
        window = Window(program)
        window.measure(LOOP_SECONDS)
    probes, failed = answered(truth, window), read_samples(samples)[1]
    whole = failed <= probes * FAILED_PART_MAX
    return {'loop_us_per_probe': window.cpu_ns / 1e3 / max(1, probes) if whole else None,
            'loop_failed': failed}


def run_burst(stage, seed):
    """Many scrapes at once of a large exporter that probes next to nothing meanwhile, so that a
    snapshot shares all that the ledger has: peak of memory beyond what was there, and what one who
    reads a byte a second costs another."""
    loads = fresh_targets(TARGETS[-1], QUIET_INTERVAL_SECONDS)
    with stage.truth(seed) as truth, stage.exporter(
            stage.config_file(truth, loads, QUIET_INTERVAL_SECONDS)) as (program, port):
        forgotten = program.forget_peak()
        resident = program.memory_mb()
        got = scrapers.crowd(port, SCRAPERS, 0, 0)
        peak = program.memory_mb('VmHWM')
        alone = [scrapers.take(port) for _ in range(ALONE_SCRAPES)]
        with scrapers.byte_a_second(port):
            beside = [scrapers.take(port) for _ in range(ALONE_SCRAPES)]
    return {'scrapes': len(got), 'whole': sum(one['whole'] for one in got),
            'bytes': figures.median([one['bytes'] for one in got]),
            'seconds': max(one['seconds'] for one in got), 'resident_mb': resident,
            'extra_mb': peak - resident if forgotten else None,
            'alone_ms': 1e3 * figures.median([one['seconds'] for one in alone]),
            'beside_slow_ms': 1e3 * figures.median([one['seconds'] for one in beside])}
