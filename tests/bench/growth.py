"""How the work of the probe loop grows with the number of targets, in instructions: turn_bench
under callgrind, twice, so that what is made once is left out.
"""

import math
import re
import subprocess

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
