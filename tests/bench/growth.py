"""How figures grow with the number of targets. The work of the probe loop in instructions:
turn_bench under callgrind, twice, so that what is made once is left out. And every other figure
that was measured with several numbers of targets, with what follows from them for a million. Pure
but for run_growth().
"""

import math
import re
import subprocess

import figures

TARGETS = (10, 100, 1000, 10000)
MODES = {'turns': 'a turn of the loop', 'snapshots': 'a turn and a snapshot',
         'found': 'a target found by name'}
REPETITIONS = (50, 250)


def instructions(program, mode, targets, repetitions):
    """All that a run takes."""
    done = subprocess.run(
        ['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null', program, mode,
         str(targets), str(repetitions)], check=True, capture_output=True, text=True)
    return int(re.search(r'Collected : (\d+)', done.stderr)[1])


def run_growth(stage, mode, targets):
    """Instructions of one repetition."""
    program = str(stage.program('turn_bench'))
    few, many = (instructions(program, mode, targets, count) for count in REPETITIONS)
    return {'mode': mode, 'targets': targets,
            'instructions': (many - few) / (REPETITIONS[1] - REPETITIONS[0])}


def exponent(points):
    """Of the power law that fits best: 0 is no growth, 1 grows with the number."""
    logs = [(math.log(x), math.log(y)) for x, y in points if x > 0 and y > 0]
    if len(logs) < 2:
        return None
    mean_x, mean_y = (sum(values) / len(logs) for values in zip(*logs))
    spread = sum((x - mean_x) ** 2 for x, _ in logs)
    return sum((x - mean_x) * (y - mean_y) for x, y in logs) / spread


# By part: (what it is, of a row; None where the row has none). Each at every number of targets.
FIGURES = {
    'growth': [(name, lambda row, mode=mode: row['instructions'] if row['mode'] == mode else None)
               for mode, name in MODES.items()],
    'size': [('MB resident', lambda row: row['memory_mb']),
             ('% of a core', lambda row: 100 * row['cpu_share']),
             ('MB of a scrape', lambda row: row['scrape_bytes'] and row['scrape_bytes'] / 1e6),
             ('ms of a scrape', lambda row: row['scrape_ms'])],
    'holds': [('us of a snapshot', lambda row: row['snapshot_p50_us'])],
    'start': [('ms from exec to a served scrape', lambda row: row['scrape_ms']),
              ('ms to stop', lambda row: row['stop_ms'])],
    'sight': [('ms of a check', lambda row: row.get('check_ms')),
              ('KB of the page', lambda row: row.get('page_kb')),
              ("ms to the page's first paint", lambda row: row.get('page_ms')),
              ("ms of the API's status", lambda row: row.get('api_ms', {}).get('status')),
              ("ms of the API's targets", lambda row: row.get('api_ms', {}).get('targets'))],
}


def points_of(rows, value):
    """[(targets, median over runs)] of what is there."""
    found = []
    for targets in sorted({row['targets'] for row in rows if row.get('targets')}):
        middle = figures.median([value(row) for row in rows if row.get('targets') == targets])
        if middle is not None:
            found.append((targets, middle))
    return found


def grown(parts):
    """[(part, what, points, exponent)] of all that was measured with several numbers of targets."""
    found = []
    for part, values in FIGURES.items():
        for what, value in values:
            points = points_of(parts.get(part) or [], value)
            if len(points) > 1:
                found.append((part, what, points, exponent(points)))
    return found


MILLION = 1_000_000


def for_a_million(parts):
    """For shards of each size that was measured, {shards, of all of them: cores, resident, scrapes,
    first light of one}. They share nothing, so what one takes is taken that many times."""
    at = {what: dict(points) for part, what, points, _ in grown(parts)
          if part in ('size', 'start')}
    rows = []
    for targets, percent in at.get('% of a core', {}).items():
        shards = -(-MILLION // targets)
        memory, scrape, start = (at.get(what, {}).get(targets) for what in (
            'MB resident', 'MB of a scrape', 'ms from exec to a served scrape'))
        rows.append({'targets': targets, 'shards': shards, 'cores': shards * percent / 100,
                     'memory_gb': memory and shards * memory / 1e3,
                     'scrape_gb': scrape and shards * scrape / 1e3, 'start_ms': start})
    return rows
