#!/usr/bin/env python3
"""Measures the exporter against its peers, interleaved, and prints what came of it.

A whole run also writes RESULTS.md and the pictures beside this file. The raw numbers go to
build/bench/raw.json, part by part: what fails is named in the results, and the rest stays.
README.md says what each figure means.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import plot
import results
from parts import PARTS, Rows, say
from stage import ROOT, Stage

HERE = Path(__file__).resolve().parent
FOLDER = ROOT / 'build' / 'bench'


def parse_arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    parser.add_argument('part', nargs='*', metavar='PART', help='the same as --only')
    parser.add_argument('--build-dir', default=ROOT / 'build' / 'release', type=Path)
    parser.add_argument('--only', default=','.join(PARTS), metavar='PART[,PART...]',
                        help=f'of {", ".join(PARTS)}; then nothing is written to RESULTS.md')
    parser.add_argument('--runs', default=5, type=int, help='of each measurement (5)')
    parser.add_argument('--seconds', default=4.0, type=float, help='of one measurement (4)')
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


def measure(options, raw):
    """Part by part; what there is so far is on disk after each."""
    begun = time.monotonic()
    with Stage(options.build_dir) as stage:
        for part in options.parts:
            rows, part_begun = Rows(), time.monotonic()
            try:
                PARTS[part](stage, options, rows)
            finally:
                raw['parts'][part] = rows.found
                raw['failed'] += [f'{part}: {what}' for what in rows.failed]
                raw['seconds_of'][part] = round(time.monotonic() - part_begun)
                raw['took_seconds'] = round(time.monotonic() - begun)
                (FOLDER / 'raw.json').write_text(json.dumps(raw))
                say(f'{part}: {raw["seconds_of"][part]} s')


def main():
    """Measures, prints and writes."""
    options = parse_arguments()
    FOLDER.mkdir(parents=True, exist_ok=True)
    raw = {'machine': results.machine(), 'runs': options.runs, 'seconds': options.seconds,
           'parts': {}, 'failed': [], 'seconds_of': {}, 'took_seconds': 0}
    complete = False
    try:
        measure(options, raw)
        complete = not options.quick and set(options.parts) == set(PARTS)
    finally:
        text = results.as_markdown(raw)
        pictures = plot.pictures(raw['parts'])
        for folder in [FOLDER, *([HERE] if complete else [])]:
            (folder / ('RESULTS.md' if folder == HERE else 'results.md')).write_text(text)
            for name, picture in pictures.items():
                (folder / name).write_text(picture)
        print(text)
    return 1 if raw['failed'] else 0


if __name__ == '__main__':
    sys.exit(main())
