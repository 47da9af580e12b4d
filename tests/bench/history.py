"""What the history costs: CPU a probe and error of the wait with it and without, in turn, and the
bytes of a played day.

The day is played, since one that is waited for is a day: history_bench drives the ledgers and the
history by a clock of its own. Its file says how many bytes each kind of row takes; how long each
kind is kept says how many there are after so many days.
"""

import json
import sqlite3
import subprocess
from dataclasses import dataclass

import cost
import exactness
from stage import Load

SUBJECTS = ('exporter', 'history')
CPU_WORKLOADS = {'plain reused': [Load('plain', 'reuse', 100)],
                 'tls fresh': [Load('tls', 'fresh', 60)]}
ERROR_WORKLOADS = ('quiet', 'quiet-tls')
PLAYED_TARGETS, PLAYED_INTERVAL_S = 100, 30
# What is asked: so many targets for so many days in so many bytes.
TARGETS, DAYS, CAP_BYTES = 10000, 90, 512e6


@dataclass(frozen=True)
class Kind:
    """Rows of a table, how many days they are kept (store.h), and which they are if there are
    others in the table; `weight` is what a row takes of its table beside the others."""
    name: str
    table: str
    days: int
    where: str = 'true'
    weight: str = '1'


# With fewer it is a blip, and gone after a day.
INCIDENT_FAILURES = 3
# In the order in which the size takes them, as Store::prune_by_size does.
KINDS = (Kind('latencies by hour', 'latency', 31, 'width = 3600', 'length(buckets) + 16'),
         Kind('availability by quarter of an hour', 'availability', 31, 'width = 900'),
         Kind('slices of five minutes', 'slice', 93),
         Kind('evidence', 'evidence', 90),
         Kind('incidents', 'incident', 400, f'failures >= {INCIDENT_FAILURES}'),
         Kind('latencies by day', 'latency', 400, 'width = 86400', 'length(buckets) + 16'),
         Kind('availability by day', 'availability', 400, 'width = 86400'))
BY_DAY = ('latencies by day', 'availability by day')


def run_cpu(stage, subject, workload, seconds, seed):
    """CPU time a probe of the program itself, with --storage.path or without."""
    flags = []
    if subject == 'history':
        folder = stage.path('storage')
        folder.mkdir(mode=0o700)
        flags = [f'--storage.path={folder}']
    with stage.truth(seed) as truth, stage.exporter(
            stage.config_file(truth, CPU_WORKLOADS[workload]), *flags) as (program, _):
        window, _ = cost.watch(program, seconds)
    probes = cost.answered(truth, window)
    return {'what': 'cpu', 'subject': subject, 'workload': workload, 'probes': probes,
            'cpu_us_per_probe': window.cpu_ns / 1e3 / max(1, probes)}


def run_error(stage, subject, workload, seconds, seed):
    """Error of the wait, probe by probe."""
    cell = exactness.run_cell(stage, subject, workload, seconds, seed)
    return {'what': 'error', 'subject': subject, 'workload': workload, 'kinds': {
        kind: {key: found[key] for key in ('count', 'wait_p50_us', 'wait_p99_us')}
        for kind, found in cell['kinds'].items()}}


def play_day(stage):
    """A day of the history alone: CPU of its thread for each result, bytes of each kind of row."""
    file = stage.path('history.db')
    done = subprocess.run(
        [stage.program('history_bench'), file, str(PLAYED_TARGETS), str(PLAYED_INTERVAL_S)],
        check=True, capture_output=True, text=True)
    return {'what': 'day', 'targets': PLAYED_TARGETS, **json.loads(done.stdout),
            'kinds': bytes_by_kind(file)}


def bytes_by_kind(file):
    """{kind: (rows, bytes)}: the pages of its table and of its indexes, shared out by weight."""
    database = sqlite3.connect(f'file:{file}?mode=ro', uri=True)
    try:
        pages = dict(database.execute(
            'select m.tbl_name, sum(s.pgsize) from dbstat s join sqlite_master m on m.name = s.name'
            ' group by m.tbl_name'))

        def rows_and_weight(kind, where):
            return database.execute(f'select count(*), coalesce(sum({kind.weight}), 0)'
                                    f' from {kind.table} where {where}').fetchone()
        found = {}
        for kind in KINDS:
            rows, weight = rows_and_weight(kind, kind.where)
            _, of_all = rows_and_weight(kind, 'true')
            found[kind.name] = (rows, pages[kind.table] * weight / of_all if of_all else 0)
        return found
    finally:
        database.close()


def extrapolated(day, targets=TARGETS, days=DAYS):
    """{kind: bytes} for so many targets after so many days, without a limit of size."""
    return {kind.name: day['kinds'][kind.name][1] / day['targets'] * targets * min(days, kind.days)
            for kind in KINDS}


def kept_under(cap, day, targets=TARGETS, days=DAYS):
    """{kind: days} that are left of each kind once the size has taken the finest, oldest first."""
    wanted = extrapolated(day, targets, days)
    over = sum(wanted.values()) - cap
    kept = {}
    for kind in KINDS:
        goes = min(max(0, over), wanted[kind.name])
        over -= goes
        share = 1 - goes / wanted[kind.name] if wanted[kind.name] else 1
        kept[kind.name] = min(days, kind.days) * share
    return kept
