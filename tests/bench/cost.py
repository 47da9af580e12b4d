"""What probing costs: CPU a probe beside the peers, how late slots are, what a scrape takes. The
exporter is the program that users run.
"""

import json
import subprocess
from dataclasses import dataclass

import figures
import scrapers
from exactness import Window
from program import get, pause
from stage import PEERS, Load
# Found once stage is.
from machine import realtime_is_allowed

CPU_WORKLOADS = {
    'plain fresh': [Load('plain', 'fresh', 100)],
    'plain reused': [Load('plain', 'reuse', 100)],
    'tls fresh': [Load('tls', 'fresh', 60)],
    'tls reused': [Load('tls', 'reuse', 100)],
}
CPU_SUBJECTS = {
    'plain fresh': ['exporter', 'libcurl', *PEERS],
    'plain reused': ['exporter', 'libcurl'],
    'tls fresh': ['exporter', 'libcurl', *PEERS],
    'tls reused': ['exporter', 'libcurl'],
}
INTERVAL_SECONDS = 30
TENANT_TARGETS_MAX = 50
LAG_WARM_UP_SECONDS = 5
LAG = 'reinfer_exporter_schedule_lag_seconds'


@dataclass(frozen=True)
class Grid:
    """So many targets, each every so often, by an exporter with these flags; whether the server
    gives way to it, as one on another machine would."""
    targets: int
    interval_s: int
    flags: tuple = ()
    server_gives_way: bool = False

    def __str__(self):
        beside = [] if self.server_gives_way else ['beside the busy server']
        return ' '.join([f'{self.targets:,} targets every {self.interval_s} s', *beside,
                         *self.flags])


# Many targets, and so few that the exporter sleeps for seconds between two slots.
LAG_GRIDS = (Grid(1000, 10, server_gives_way=True), Grid(1000, 10),
             Grid(1000, 10, ('--probe.realtime',)), Grid(4, 20, server_gives_way=True))


def fresh_targets(count, interval_s):
    """So many targets over fresh TLS connections, as many a tenant as a large one has."""
    tenants = -(-count // TENANT_TARGETS_MAX)
    return [Load('tls', 'fresh', count / tenants / interval_s)] * tenants


def run_cpu(stage, subject, workload, seconds, seed):
    """CPU time a probe of one subject, and its memory."""
    loads = CPU_WORKLOADS[workload]
    with stage.truth(seed) as truth:
        if subject == 'exporter':
            with stage.exporter(stage.config_file(truth, loads)) as (program, _):
                window, memory_mb = watch(program, seconds)
        elif subject == 'libcurl':
            with stage.running(stage.program('floor'), stage.targets_file(truth, loads),
                               stage.path('samples'), stage.folder / 'ca.pem') as program:
                window, memory_mb = watch(program, seconds)
        else:
            with stage.blackbox(subject) as (program, port), \
                    stage.running(stage.program('floor'), stage.targets_file(truth, loads),
                                  stage.path('samples'), stage.folder / 'ca.pem', port):
                window, memory_mb = watch(program, seconds)
    probes = answered(truth, window)
    return {'subject': subject, 'workload': workload, 'probes': probes, 'memory_mb': memory_mb,
            'cpu_us_per_probe': window.cpu_ns / 1e3 / max(1, probes)}


def watch(program, seconds):
    """The window of a program that has been started, and its memory at the end."""
    window = Window(program)
    window.measure(seconds)
    return window, program.memory_mb()


def answered(truth, window):
    """How many requests arrived at the server in a window."""
    return sum(window.begin <= record['arrival'] < window.end
               for record in truth.records().values())


def scrape(port):
    """Bytes and milliseconds of one scrape; None of one that broke off."""
    try:
        got = scrapers.take(port)
    except OSError:
        return None, None
    return (got['bytes'], got['seconds'] * 1e3) if got['whole'] else (None, None)


def run_lag(stage, grid, seed):
    """How late slots start on such a grid: quantiles of one interval, by the exporter's own
    histogram. None where real time is not to be had."""
    if grid.flags and not realtime_is_allowed():
        return None
    loads = fresh_targets(grid.targets, grid.interval_s)
    with stage.truth(seed, gives_way=grid.server_gives_way) as truth, stage.exporter(
            stage.config_file(truth, loads, grid.interval_s), *grid.flags) as (_, port):
        def lags():
            return figures.buckets(get(port, '/metrics').decode(), LAG)
        pause(LAG_WARM_UP_SECONDS)
        before = lags()
        pause(grid.interval_s)
        after = lags()
    return {'grid': str(grid), 'probes': after[float('inf')] - before[float('inf')],
            **{f'p{q}_us': 1e6 * (figures.histogram_quantile(before, after, q / 100) or 0)
               for q in (50, 99)}}


def run_scrapes(stage, runs):
    """What a scrape of so many series takes in each format; None where the program that measures
    it was not built."""
    program = stage.program('scrape_bench')
    if not program.exists():
        return None
    done = subprocess.run([program, str(runs)], check=True, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{')]
