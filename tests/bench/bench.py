#!/usr/bin/env python3
"""Measures the exporter against its peers, interleaved, and prints what came of it.

A whole run also writes RESULTS.md and error.svg beside this file. The raw numbers go to
build/bench/raw.json. README.md says what each figure means.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import cost
import exactness
import growth
import history
import own
import plot
import quota
import results
import start
from stage import ROOT, Stage

HERE = Path(__file__).resolve().parent


def say(text):
    """Progress, which is not a result."""
    print(text, file=sys.stderr, flush=True)


def interleaved(runs, cells, run_cell):
    """Every cell once, then every cell again: whatever changes meanwhile hits all of them."""
    rows = []
    for number in range(runs):
        for subject, workload in cells:
            say(f'run {number + 1} of {runs}: {workload}, {subject}')
            rows.append(run_cell(subject, workload, 1000 + number))
    return rows


def measure_truth(stage, options):
    """How far two witnesses of the same exchanges are apart."""
    say('truth: the sockets\' stamps against a packet capture')
    return exactness.check_truth(stage, options.seconds, 1)


def measure_error(stage, options):
    """How wrong the figures are, of each subject under each workload."""
    cells = [(subject, workload) for workload, subjects in exactness.SUBJECTS.items()
             for subject in subjects]
    return interleaved(options.runs, cells, lambda subject, workload, seed: exactness.run_cell(
        stage, subject, workload, options.seconds, seed))


def measure_cpu(stage, options):
    """CPU time of a probe."""
    cells = [(subject, workload) for workload, subjects in cost.CPU_SUBJECTS.items()
             for subject in subjects]
    return interleaved(options.runs, cells, lambda subject, workload, seed: cost.run_cpu(
        stage, subject, workload, options.seconds / 2, seed))


def measure_size(stage, options):
    """Memory and CPU by the number of targets."""
    rows = []
    for run in range(options.runs):
        for targets in cost.TARGETS:
            say(f'run {run + 1}: {targets} targets every {cost.INTERVAL_SECONDS} s')
            rows.append(cost.run_size(stage, targets, options.rounds, run))
    return rows


def measure_lag(stage, options):
    """How late slots start."""
    rows = []
    for run in range(options.runs):
        for grid in cost.LAG_GRIDS:
            say(f'run {run + 1}: {grid}')
            rows.append(cost.run_lag(stage, grid, run))
    return [row for row in rows if row]


def measure_scrape(stage, options):
    """What a scrape takes."""
    say('scrapes by format and size')
    return cost.run_scrapes(stage, options.runs)


def measure_own(stage, options):
    """Instructions, system calls and allocations of a probe. Counts: once is enough."""
    cells = [(subject, workload) for workload in own.WORKLOADS for subject in own.SUBJECTS]
    return interleaved(1, cells, lambda subject, workload, seed: own.run_own(
        stage, subject, workload, options.seconds, seed))


def measure_growth(stage, _):
    """Instructions by the number of targets. Counts: once is enough."""
    rows = []
    for mode in growth.MODES:
        for targets in growth.TARGETS:
            say(f'{targets} targets: {growth.MODES[mode]}')
            rows.append(growth.run_growth(stage, mode, targets))
    return rows


def measure_start(stage, options):
    """From exec to the first probe and scrape."""
    rows = []
    for run in range(options.runs):
        say(f'run {run + 1} of {options.runs}: first light')
        rows += [start.run_exporter(stage, targets, run) for targets in start.TARGETS]
        rows.append(start.run_blackbox(stage))
    return rows


def measure_quota(stage, options):
    """Exactness with a share of a processor."""
    cells = [(subject, share) for share in quota.SHARES
             for subject in ('exporter', 'libcurl', 'blackbox')]
    return interleaved(options.runs, cells, lambda subject, share, seed: quota.run_quota(
        stage, subject, share, options.seconds, seed))


def measure_history(stage, options):
    """CPU and error with a history and without, and a played day of it."""
    rows = []
    for workloads, run, seconds in (
            (history.CPU_WORKLOADS, history.run_cpu, options.seconds),
            (history.ERROR_WORKLOADS, history.run_error, options.seconds)):
        cells = [(subject, workload) for workload in workloads for subject in history.SUBJECTS]
        rows += interleaved(options.runs, cells, lambda subject, workload, seed, run=run,
                            seconds=seconds: run(stage, subject, workload, seconds, seed))
    say(f'a day of {history.PLAYED_TARGETS} targets, played')
    return [*rows, history.play_day(stage)]


PARTS = {'truth': measure_truth, 'error': measure_error, 'cpu': measure_cpu, 'own': measure_own,
         'size': measure_size, 'growth': measure_growth, 'lag': measure_lag,
         'scrape': measure_scrape, 'start': measure_start, 'quota': measure_quota,
         'history': measure_history}


def parse_arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    parser.add_argument('part', nargs='*', metavar='PART', help='the same as --only')
    parser.add_argument('--build-dir', default=ROOT / 'build' / 'release', type=Path)
    parser.add_argument('--only', default=','.join(PARTS), metavar='PART[,PART...]',
                        help=f'of {", ".join(PARTS)}; then nothing is written to RESULTS.md')
    parser.add_argument('--runs', default=5, type=int, help='of each measurement (5)')
    parser.add_argument('--seconds', default=6.0, type=float, help='of one measurement (6)')
    parser.add_argument('--rounds', default=1, type=int,
                        help='of probing all targets before memory is read, each 30 s (1)')
    parser.add_argument('--quick', action='store_true',
                        help='one short run of each, to see that it works; nothing is written')
    options = parser.parse_args()
    options.parts = options.part or options.only.split(',')
    for part in options.parts:
        if part not in PARTS:
            parser.error(f'there is no part {part!r}, only {", ".join(PARTS)}')
    if options.runs < 1 or options.seconds <= 0 or options.rounds < 1:
        parser.error('--runs, --seconds and --rounds are positive')
    if options.quick:
        options.runs, options.seconds = 1, 2.0
    return options


def main():
    """Measures, prints and writes."""
    options = parse_arguments()
    begun = time.monotonic()
    raw = {'machine': results.machine(), 'runs': options.runs, 'seconds': options.seconds,
           'parts': {}}
    with Stage(options.build_dir) as stage:
        for part in options.parts:
            raw['parts'][part] = PARTS[part](stage, options)
    raw['took_seconds'] = round(time.monotonic() - begun)
    folder = ROOT / 'build' / 'bench'
    folder.mkdir(parents=True, exist_ok=True)
    (folder / 'raw.json').write_text(json.dumps(raw))
    text = results.as_markdown(raw)
    (folder / 'results.md').write_text(text)
    picture = plot.error_svg(raw['parts']['error']) if 'error' in raw['parts'] else None
    if picture:
        (folder / 'error.svg').write_text(picture)
    if not options.quick and set(options.parts) == set(PARTS):
        (HERE / 'RESULTS.md').write_text(text)
        (HERE / 'error.svg').write_text(picture)
    print(text)
    return 0


if __name__ == '__main__':
    sys.exit(main())
