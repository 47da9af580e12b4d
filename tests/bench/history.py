"""What the history costs: CPU a probe with it and without, at the same time; instructions a probe;
error of the wait with it and without, in turn; and the bytes of played days.

Days are played, since those that are waited for are days: history_bench drives the ledgers and the
history by a clock of its own. Its files say how many bytes each kind of row takes, packed and of a
day that is not over; how long each kind is kept says how many there are after so many days.
"""

import contextlib
import json
import sqlite3
import subprocess
import time
from dataclasses import dataclass

import exactness
import figures
import own
from program import pause
from stage import Load

SUBJECTS = ('exporter', 'history')
# Side by side, for a machine's pace changes by more than what is to be told. The third is like the
# first: what the two differ by is what this cannot tell. Where the kernel puts a process and its
# pages makes a few percent for as long as it lives, so many short lives tell more than a long one.
AT_ONCE = ('exporter', 'history', 'again')
SLICES = 3
CPU_WORKLOADS = {'plain reused': [Load('plain', 'reuse', 100)],
                 'tls fresh': [Load('tls', 'fresh', 30)]}
# Twice as many lives of those whose few percent are fewer microseconds.
TIMES = {'plain reused': 2, 'tls fresh': 1}
# Of the cheapest probe. A second's results are written in one transaction, whose cost they share,
# so there are as many a second as callgrind can do.
COUNTED_WORKLOAD, COUNTED_LOADS = 'plain reused', [Load('plain', 'reuse', 40)]
ERROR_WORKLOADS = ('quiet', 'quiet-tls')
PLAYED_TARGETS, PLAYED_INTERVAL_S = 100, 30
# Enough for some pages of each table; all but the last hour is packed. Without a limit of size.
PLAYED_DAYS, PLAYED_MEGABYTES = 7, 100000
# With fewer of the probes the rest is about those that were skipped.
KEPT_UP = 0.9
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
# The day that is not over is measured by itself.
OVER = '< (select max(start) from availability)'
EVIDENCE_WEIGHT = 'length(result) + 30'
# Of these the oldest go first; then those of a day and of slices in this order
# (Store::prune_by_size).
FINE = (Kind('latencies by hour', 'packed_hours', 31),
        Kind('evidence of failures', 'evidence', 90, f'good = 0 and finished_ms / 86400000 {OVER}',
             EVIDENCE_WEIGHT),
        Kind('evidence of the slowest', 'evidence', 7,
             f'good = 1 and finished_ms / 86400000 {OVER}', EVIDENCE_WEIGHT))
HELD = (Kind('availability by quarter of an hour', 'packed_quarters', 31),
        Kind('slices of five minutes', 'packed_slices', 93),
        Kind('incidents', 'incident', 400, f'failures >= {INCIDENT_FAILURES}'),
        Kind('latencies by day', 'packed_days', 400),
        Kind('availability by day', 'availability', 400, f'start {OVER}'))
KINDS = FINE + HELD
# What nothing takes away: figures of today until they are packed.
TODAY, TODAY_TABLES = 'the day that is not over', ('open_day', 'latency', 'result')
# What is to be there for all of the days.
WANTED = ('slices of five minutes', 'latencies by day', 'availability by day', TODAY)


def storage_flags(stage, subject):
    """Where it keeps its history, if it has one."""
    if subject != 'history':
        return []
    folder = stage.path('storage')
    folder.mkdir(mode=0o700)
    return [f'--storage.path={folder}']


def sliced(programs, seconds):
    """Lets them warm up and watches them: {subject: [(time, CPU time so far), ...]}, of each slice
    its begin and end."""
    pause(exactness.WARM_UP_SECONDS)
    marks = {subject: [] for subject in programs}
    for number in range(SLICES + 1):
        if number:
            pause(seconds)
        for subject, program in programs.items():
            marks[subject].append((time.time_ns(), program.cpu_ns()))
    return marks


def cpu_of_slices(marks, arrivals):
    """Microseconds of CPU a probe in each slice; None where nothing arrived."""
    found = []
    for (begin, before), (end, after) in zip(marks, marks[1:]):
        probes = sum(begin <= arrival < end for arrival in arrivals)
        found.append((after - before) / 1e3 / probes if probes else None)
    return found


def run_cpu(stage, workload, seconds, seed):
    """CPU time a probe of the program itself: with --storage.path, without, and without, at once,
    each with a server of its own. Slices are of so many seconds."""
    programs, truths = {}, {}
    with contextlib.ExitStack() as stack:
        for number, subject in enumerate(AT_ONCE):
            truth = truths[subject] = stack.enter_context(stage.truth(seed))
            # Slots follow from names: they do not fall together, and each has each in turn.
            grid = f'grid-{(number + seed) % len(AT_ONCE)}'
            config = stage.config_file(truth, CPU_WORKLOADS[workload], prefix=grid)
            programs[subject], _ = stack.enter_context(
                stage.exporter(config, *storage_flags(stage, subject)))
        marks = sliced(programs, seconds)
    return {'what': 'cpu', 'workload': workload, 'slices': {
        subject: cpu_of_slices(marks[subject], [
            record['arrival'] for record in truths[subject].records().values()])
        for subject in AT_ONCE}}


def cpu_ratios(rows, workload, subject):
    """The subject's CPU to that of the exporter without a history beside it: of each run the
    median of its slices."""
    found = [figures.median([ours / other for ours, other in zip(
        row['slices'][subject], row['slices']['exporter']) if ours is not None and other])
             for row in rows if (row['what'], row.get('workload')) == ('cpu', workload)]
    return [ratio for ratio in found if ratio is not None]


def count(stage, subject, seconds, seed):
    """Instructions of a probe."""
    found = own.run_callgrind(stage, 'exporter', COUNTED_LOADS, seconds, seed,
                              storage_flags(stage, subject))
    wanted = seconds * sum(load.rate for load in COUNTED_LOADS)
    if found['probes'] < KEPT_UP * wanted:
        raise RuntimeError(f'{found["probes"]} probes instead of {wanted:.0f}: too slow to count')
    return {'what': 'count', 'subject': subject, 'workload': COUNTED_WORKLOAD, **{
        key: found[key] for key in ('instructions', 'probes', 'libraries')}}


def run_error(stage, subject, workload, seconds, seed):
    """Error of the wait, probe by probe."""
    cell = exactness.run_cell(stage, subject, workload, seconds, seed)
    return {'what': 'error', 'subject': subject, 'workload': workload, 'kinds': {
        kind: {key: found[key] for key in ('count', 'wait_p50_us', 'wait_p99_us')}
        for kind, found in cell['kinds'].items()}}


def play(stage, hours):
    """The file of so many hours, and what the program says."""
    file = stage.path(f'history-{hours}.db')
    done = subprocess.run(
        [stage.program('history_bench'), file, str(PLAYED_TARGETS), str(PLAYED_INTERVAL_S),
         str(hours), str(PLAYED_MEGABYTES)], check=True, capture_output=True, text=True)
    return file, json.loads(done.stdout)


def play_day(stage):
    """Days of the history alone: CPU of its thread for each result, bytes of each kind of row."""
    today, _ = play(stage, 24)
    file, said = play(stage, 24 * PLAYED_DAYS + 1)
    return {'what': 'day', 'targets': PLAYED_TARGETS, **said,
            'kinds': {**bytes_by_kind(file, PLAYED_DAYS), TODAY: bytes_of_today(today)}}


def pages_of(database):
    """{table: bytes}, its indexes included."""
    return dict(database.execute(
        'select m.tbl_name, sum(s.pgsize) from dbstat s join sqlite_master m on m.name = s.name'
        ' group by m.tbl_name'))


def bytes_by_kind(file, days):
    """{kind: (rows, bytes)} of a day: the pages of its table and of its indexes, shared out by
    weight."""
    database = sqlite3.connect(f'file:{file}?mode=ro', uri=True)
    try:
        pages = pages_of(database)

        def rows_and_weight(kind, where):
            return database.execute(f'select count(*), coalesce(sum({kind.weight}), 0)'
                                    f' from {kind.table} where {where}').fetchone()
        found = {}
        for kind in KINDS:
            rows, weight = rows_and_weight(kind, kind.where)
            _, of_all = rows_and_weight(kind, 'true')
            size = pages[kind.table] * weight / of_all if of_all else 0
            found[kind.name] = (rows / days, size / days)
        return found
    finally:
        database.close()


def bytes_of_today(file):
    """(rows, bytes) of a day that has just ended, before any of it is packed."""
    database = sqlite3.connect(f'file:{file}?mode=ro', uri=True)
    try:
        pages = pages_of(database)
        return (sum(database.execute(f'select count(*) from {table}').fetchone()[0]
                    for table in TODAY_TABLES), sum(pages[table] for table in TODAY_TABLES))
    finally:
        database.close()


def extrapolated(day, targets=TARGETS, days=DAYS):
    """{kind: bytes} for so many targets after so many days, without a limit of size."""
    kept = {kind.name: min(days, kind.days) for kind in KINDS} | {TODAY: 1}
    return {name: size / day['targets'] * targets * kept[name]
            for name, (_, size) in day['kinds'].items()}


def kept_under(cap, day, targets=TARGETS, days=DAYS):
    """{kind: days} that are left of each kind once the size has taken what it takes."""
    wanted = extrapolated(day, targets, days)
    kept = {kind.name: min(days, kind.days) for kind in KINDS} | {TODAY: 1}
    over = sum(wanted.values()) - cap
    # Day by day, the oldest of all of them.
    fine = {kind.name: wanted[kind.name] / kept[kind.name] for kind in FINE}
    while over > 0 and max(kept[name] for name in fine) > 0:
        age = max(kept[name] for name in fine)
        oldest = [name for name in fine if kept[name] == age]
        younger = max([kept[name] for name in fine if kept[name] < age], default=0)
        a_day = sum(fine[name] for name in oldest)
        gone = min(age - younger, over / a_day if a_day else age - younger)
        over -= gone * a_day
        for name in oldest:
            kept[name] -= gone
    for kind in HELD:
        goes = min(max(0, over), wanted[kind.name])
        over -= goes
        kept[kind.name] *= 1 - goes / wanted[kind.name] if wanted[kind.name] else 1
    return kept
