"""How long people wait for what they look at: the page until Chromium has painted something, the
API until its last byte, `check` of a configuration. Exporters of each size stand side by side; all
their targets have been probed, and hardly any is while they are looked at.
"""

import contextlib
import json
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import figures
from cost import INTERVAL_SECONDS, fresh_targets
from crowd import TARGETS
from program import TOKEN_VARIABLE, Program, get, pause
from stage import ROOT

# Meanwhile each target is probed that seldom.
LOOKED_AT_INTERVAL_SECONDS = 600
TENANT, PROBE = 'tls-fresh-0', 't0'
DOCUMENTS = {'status': 'status', 'targets': 'targets', 'a target': f'targets/{TENANT}/{PROBE}',
             'failures': 'failures'}
# What a browser opens, and the name of its figure.
PATHS = {'/': 'page_ms', '/-/healthy': 'line_ms'}
ASKED = 5


def can_look():
    """Whether there is a browser, and what drives it."""
    return Path('/usr/bin/chromium').exists() and shutil.which('node') is not None \
        and (ROOT / 'build/browser/node_modules/playwright-core').is_dir()


def milliseconds(work):
    """The median of a few times."""
    times = []
    for _ in range(ASKED):
        begun = time.monotonic()
        work()
        times.append((time.monotonic() - begun) * 1e3)
    return figures.median(times)


def run_paint(places):
    """Milliseconds to the first paint of the page of each size, and beside it of a line of text,
    which is what the browser takes; nothing without a browser."""
    if not can_look():
        return None
    urls = [f'http://127.0.0.1:{place.port}{path}' for place in places for path in PATHS]
    done = subprocess.run(['node', Path(__file__).with_name('sight.mjs'), *urls], check=True,
                          capture_output=True, text=True, timeout=60)
    painted = iter(json.loads(done.stdout))
    return [{'targets': place.targets, **{name: next(painted) for name in PATHS.values()}}
            for place in places]


def run_asked(stage, place):
    """Milliseconds of each document of the API and of a check."""
    def ask(path):
        return get(place.port, f'/api/v1/{path}')
    return {'targets': place.targets, 'check_ms': check_ms(stage, place.config),
            'page_kb': len(get(place.port, '/', {'Accept': 'text/html'})) / 1e3,
            'api_ms': {name: milliseconds(lambda path=path: ask(path))
                       for name, path in DOCUMENTS.items()}}


def check_ms(stage, config):
    """From exec to the end of a `check`."""
    begun = time.monotonic()
    subprocess.run([stage.program('reinfer_exporter'), 'check', f'--config.file={config}'],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   env={TOKEN_VARIABLE: 'bench-token'}, timeout=120)
    return (time.monotonic() - begun) * 1e3


@dataclass
class Place:
    """An exporter to look at."""
    targets: int
    config: Path
    program: Program
    port: int


@contextlib.contextmanager
def places_to_look_at(stage, seed):
    """An exporter of each size, whose targets have all been probed."""
    with contextlib.ExitStack() as stack:
        places = []
        for targets in TARGETS:
            truth = stack.enter_context(stage.truth(seed, gives_way=True))
            config = stage.config_file(truth, fresh_targets(targets, INTERVAL_SECONDS),
                                       INTERVAL_SECONDS)
            places.append(Place(targets, config, *stack.enter_context(stage.exporter(config))))
        pause(INTERVAL_SECONDS + 1)
        for place in places:
            place.config.write_text(place.config.read_text().replace(
                f'interval = "{INTERVAL_SECONDS}s"', f'interval = "{LOOKED_AT_INTERVAL_SECONDS}s"'))
            place.program.reload()
        pause(2)
        yield places
