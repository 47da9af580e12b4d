"""How long a reader or a reload holds the ledger's mutex at most: turn_bench times each snapshot,
and each adoption of another plan, from outside.
"""

import json
import subprocess

import figures

TARGETS = (10, 100, 1000, 10000)
REPETITIONS = 20


def run_holds(stage, targets):
    """The longest of a run, in microseconds, and what is usual."""
    done = subprocess.run([stage.program('turn_bench'), 'holds', str(targets), str(REPETITIONS)],
                          check=True, capture_output=True, text=True)
    said = json.loads(done.stdout)
    return {'targets': targets, **{
        f'{what}_{name}_us': of(said[f'{what}_ns']) / 1e3
        for what in ('snapshot', 'adopt') for name, of in (('max', max), ('p50', figures.median))}}
